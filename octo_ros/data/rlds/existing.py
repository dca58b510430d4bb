# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A dataset that stands, as far as adding to it needs to know it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from octo_ros.data.differences import differences, in_words
from octo_ros.data.rlds.shards import shard_name
from octo_ros.errors import DatasetError


@dataclass(frozen=True)
class ExistingDataset:
    """Its files.

    Attributes:
        directory: Where it lies, including its version.
        shards: Split to its shards and the number of records in each.
        features: Its `features.json`.
    """

    directory: Path
    shards: Mapping[str, tuple[tuple[Path, int], ...]]
    features: Mapping[str, Any]

    @classmethod
    def read(cls, directory: Path, name: str) -> ExistingDataset:
        """Read what is known of a dataset.

        Raises:
            DatasetError: There is none, it is damaged, or its files have other names than those
                that this package writes.
        """
        shards = {}
        for split, lengths in _splits(directory / 'dataset_info.json').items():
            paths = [
                directory / shard_name(name, split, i, len(lengths)) for i in range(len(lengths))
            ]
            for path in paths:
                if not path.is_file():
                    msg = f'{path} is missing; nothing can be added to a dataset that lacks it.'
                    raise DatasetError(msg)
            shards[split] = tuple(zip(paths, lengths, strict=True))
        features = _json(directory / 'features.json')
        try:
            _leaves('', features)
        except (KeyError, TypeError, AttributeError) as error:
            msg = f'{directory}/features.json describes features in a way not known ({error!r}).'
            raise DatasetError(msg) from None
        return cls(directory, shards, features)

    def check_features(self, path: Path) -> None:
        """Check that episodes with the features of another `features.json` fit in.

        Raises:
            DatasetError: They do not; the message says what differs.
        """
        found = differences(_leaves('', self.features), _leaves('', _json(path)))
        if found:
            msg = (
                f'{self.directory} has other features than what is to be added: '
                f'{in_words(found)}. Make a dataset of its own with another --name.'
            )
            raise DatasetError(msg)

    @property
    def paths(self) -> list[Path]:
        """All shards."""
        return [path for shards in self.shards.values() for path, _ in shards]


def _splits(path: Path) -> dict[str, list[int]]:
    """Split to the number of records of each shard."""
    info = _json(path)
    try:
        return {s['name']: [int(length) for length in s['shardLengths']] for s in info['splits']}
    except (KeyError, TypeError, ValueError) as error:
        msg = (
            f'{path} describes its splits in a way not known ({error!r}); nothing can be added to '
            'this dataset.'
        )
        raise DatasetError(msg) from None


def _leaves(name: str, tree: Mapping[str, Any]) -> dict[str, str]:
    """Feature names of a `features.json` and what they hold: 'Image jpeg uint8 128 128 3'."""
    if 'sequence' in tree:
        return _leaves(name, tree['sequence']['feature'])
    below = tree.get('featuresDict', {}).get('features')
    if below is None:
        kind = str(tree['pythonClassName']).rpartition('.')[2]
        return {name: ' '.join([kind, *_words(tree)])}
    leaves: dict[str, str] = {}
    for key, feature in sorted(below.items()):
        leaves |= _leaves(f'{name}/{key}' if name else key, feature)
    return leaves


def _words(tree: Mapping[str, Any]) -> list[str]:
    words = []
    for key, value in sorted(tree.items()):
        if isinstance(value, Mapping):
            words += _words(value)
        elif isinstance(value, list):
            words += map(str, value)
        elif key != 'pythonClassName':
            words.append(str(value))
    return words


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        msg = f'There is no {path}, so there is no dataset to add to; leave out --append.'
    except (OSError, ValueError, TypeError) as error:
        msg = f'{path} cannot be read: {error}.'
    raise DatasetError(msg)
