# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which conversions a dataset is made of, kept with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from octo_ros.data.conversion.fingerprint import BagIdentity
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest

HISTORY = 'conversions.json'


@dataclass(frozen=True)
class Conversion:
    """One run that added to a dataset.

    Attributes:
        fingerprint: Of its request.
        episodes: Recorded episodes that it converted.
        bags: Where they came from.
        model: Digest of the geometry that poses were computed with; empty if they were recorded.
        sources: What was measured or commanded, to where that came from.
    """

    fingerprint: str
    episodes: int
    bags: tuple[BagIdentity, ...]
    model: str = ''
    sources: Mapping[str, str] = field(default_factory=dict)


def sources_of(request: ConversionRequest) -> dict[str, str]:
    """Where poses, gripper labels and, if they are used, commands come from."""
    topics = request.topics
    sources = {
        'poses': topics.pose or 'the joint states',
        'gripper commands': topics.gripper or 'the default',
    }
    if request.action_source in ('command_delta', 'command_pose', 'executed'):
        sources['commands'] = topics.commands or 'the default'
    return sources


def source_warnings(history: tuple[Conversion, ...], added: Conversion) -> tuple[str, ...]:
    """What comes from elsewhere than in the conversions before, as sentences."""
    warnings = []
    for name, source in added.sources.items():
        others = dict.fromkeys(c.sources[name] for c in history if name in c.sources)
        others.pop(source, None)
        if others:
            warnings.append(
                f'The {name} of what was added come from {source}, those of the dataset from '
                f'{", ".join(others)}; make sure that they mean the same.'
            )
    return tuple(warnings)


_FORM = TypeAdapter(tuple[Conversion, ...])


def read_history(dataset: Path) -> tuple[Conversion, ...]:
    """All conversions, the first one first.

    Raises:
        DatasetError: The dataset does not say.
    """
    path = dataset / HISTORY
    try:
        return _FORM.validate_json(path.read_bytes())
    except FileNotFoundError:
        msg = f'{dataset} has no {HISTORY}, so it was not made by bag_to_rlds; it stays as it is.'
    except (OSError, ValidationError) as error:
        msg = f'{path} cannot be read: {error}.'
    raise DatasetError(msg)


def write_history(dataset: Path, conversions: tuple[Conversion, ...]) -> None:
    """Write them all."""
    (dataset / HISTORY).write_bytes(_FORM.dump_json(conversions, indent=1) + b'\n')
