# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names that a dataset can have: those by which tensorflow-datasets finds its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tensorflow_datasets as tfds
from tensorflow_datasets.core.naming import camelcase_to_snakecase

from octo_ros.errors import DatasetError

MAX_NAME = 200  # file names have at most 255 bytes, and those of shards 30 beside the name
# Folders of tensorflow-datasets that define no datasets of this kind.
OTHERS = ('core', 'datasets', 'scripts', 'testing')


def check_name(name: str) -> None:
    """Check that a dataset can have a name.

    Raises:
        DatasetError: It is not allowed, or tensorflow-datasets has a dataset of that name: its
            `tfds.builder(name, data_dir=…)`, as Octo's loader calls it, then takes the code of its
            own dataset and does not look at the files (4.9.2 and 4.9.10 alike; `bridge` is one of
            those that came in between).
    """
    if not re.fullmatch(r'[a-z][a-z0-9_]*', name):
        msg = f'Dataset name {name!r} is not allowed; use lower-case letters, digits and "_".'
        raise DatasetError(msg)
    if len(name) > MAX_NAME:
        msg = (
            f'Dataset name {name!r} has {len(name)} characters; file names made of it would be '
            f'too long, so use at most {MAX_NAME}.'
        )
        raise DatasetError(msg)
    if name in catalogue():
        msg = (
            f'{name!r} is the name of a dataset of tensorflow-datasets, which Octo would load '
            f'instead of yours. Choose another --name, as my_{name}.'
        )
        raise DatasetError(msg)


@cache
def catalogue() -> frozenset[str]:
    """Names of all datasets that the installed tensorflow-datasets brings along.

    Found in its source text: to import them all takes TensorFlow.
    """
    root = Path(tfds.__file__).parent
    bases: dict[str, set[str]] = {}
    for path in root.rglob('*.py'):
        if path.relative_to(root).parts[0] not in OTHERS and not path.stem.endswith('_test'):
            for name, own in _classes(path.read_text(encoding='utf-8')):
                bases.setdefault(name, set()).update(own)
    builders: set[str] = set()
    size = -1
    while len(builders) > size:
        size = len(builders)
        builders |= {
            name
            for name, own in bases.items()
            if own & builders or any(base.endswith('Builder') for base in own)
        }
    folders = {path.name for path in (root / 'datasets').iterdir() if path.is_dir()}
    return frozenset({camelcase_to_snakecase(name) for name in builders} | folders)


def _classes(text: str) -> Iterator[tuple[str, set[str]]]:
    """Classes of a module, and the last names of their bases."""
    for match in re.finditer(r'^class (\w+)\(([^)]*)\):', text, re.MULTILINE):
        yield match[1], {base.strip().rsplit('.', 1)[-1] for base in match[2].split(',')}
