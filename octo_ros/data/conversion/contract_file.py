# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The embodiment beside a dataset, and whether another recording fits to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import TypeAdapter

from octo_ros.data.differences import differences, in_words
from octo_ros.embodiment import Embodiment, load_embodiment
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from collections.abc import Mapping

# How data came, not what it is: a later recording may have gone through a relay.
TRANSPORT = ('topic', 'transport', 'reliable')


def write_contract(embodiment: Embodiment, directory: Path) -> None:
    """Write `<name>.yaml` beside a dataset."""
    text = yaml.safe_dump(_values(embodiment), sort_keys=False, default_flow_style=None)
    (directory / f'{embodiment.name}.yaml').write_text(text)


def check_contract(embodiment: Embodiment, directory: Path) -> None:
    """Check that a dataset is of this robot, its cameras sized and its actions timed as these.

    Raises:
        DatasetError: It is of another one, or something differs; the message says what.
    """
    path = directory / f'{embodiment.name}.yaml'
    if not path.is_file():
        others = ', '.join(sorted(p.stem for p in directory.glob('*.yaml'))) or 'no robot'
        msg = f'{directory} is a dataset of {others}; {embodiment.name} cannot be added to it.'
        raise DatasetError(msg)
    found = differences(_content(load_embodiment(str(path))), _content(embodiment))
    if found:
        msg = (
            f'{directory} was made with another contract of {embodiment.name}: '
            f'{in_words(found)}. Make a dataset of its own with another --name.'
        )
        raise DatasetError(msg)


def _values(embodiment: Embodiment) -> dict[str, Any]:
    return dict(TypeAdapter(Embodiment).dump_python(embodiment, mode='json'))


def _content(embodiment: Embodiment) -> dict[str, Any]:
    return _without_transport(_values(embodiment))


def _without_transport(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_transport(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if key not in TRANSPORT
    }
