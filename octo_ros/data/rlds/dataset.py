# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""RLDS datasets, read without TensorFlow, whoever wrote them: one record in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from octo_ros.data.rlds.episode import Place, RecordedEpisode
from octo_ros.data.rlds.schema import Schema, read_json
from octo_ros.data.rlds.tfrecord import read_placed_records
from octo_ros.errors import DatasetError, UnknownNameError

INFO = 'dataset_info.json'
# Of datasets whose description does not say how their files are called.
TEMPLATE = '{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}'


@dataclass(frozen=True)
class Shard:
    """One file of a split.

    Attributes:
        path: The file.
        episodes: How many it should hold.
        first: Number of its first one in the split.
    """

    path: Path
    episodes: int
    first: int


@dataclass(frozen=True)
class RldsSplit:
    """One split.

    Attributes:
        name: `train`, `val`, …
        shards: Its files, in order.
        num_bytes: Of its records, as the dataset says.
    """

    name: str
    shards: tuple[Shard, ...]
    num_bytes: int

    @property
    def episodes(self) -> int:
        """How many it should hold."""
        return sum(shard.episodes for shard in self.shards)


class RldsDataset:
    """A dataset on disk.

    Args:
        path: Its directory with the version (`data/robot/1.0.0`), or the directory of that, or one
            that holds a single dataset.

    Attributes:
        directory: Where its files lie, including the version.
        name: Its name.
        version: Its version.
        schema: What it says that it holds.
        splits: Name to split.

    Raises:
        DatasetError: There is no dataset, more than one, or its description is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.directory = find_dataset(path)
        info = read_json(self.directory / INFO)
        file_format = str(info.get('fileFormat') or 'tfrecord')
        if file_format != 'tfrecord':
            msg = f'{self.directory} is stored as {file_format}; only tfrecord can be read.'
            raise DatasetError(msg)
        self.name = str(info.get('name', self.directory.parent.name))
        self.version = str(info.get('version', self.directory.name))
        self.schema = Schema.read(self.directory)
        try:
            splits = {s['name']: self._split(s) for s in info.get('splits', ())}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            msg = f'{self.directory / INFO} describes its splits in a way not known ({error!r}).'
            raise DatasetError(msg) from None
        if not splits:
            msg = f'{self.directory / INFO} has no splits.'
            raise DatasetError(msg)
        self.splits: Mapping[str, RldsSplit] = MappingProxyType(splits)

    def split(self, name: str) -> RldsSplit:
        """One of its splits.

        Raises:
            UnknownNameError: There is no such split.
        """
        if name not in self.splits:
            raise UnknownNameError(kind='split', given=name, known=self.splits)
        return self.splits[name]

    def episodes(self, split: str | None = None) -> Iterator[RecordedEpisode]:
        """Read one episode after the other.

        Args:
            split: Which; None reads all splits one after the other.

        Raises:
            UnknownNameError: There is no such split.
            DatasetError: A file is missing, damaged, or holds more or fewer than it should.
        """
        for name in self.splits if split is None else (split,):
            for shard in self.split(name).shards:
                yield from self.shard_episodes(name, shard)

    def shard_episodes(self, split: str, shard: Shard) -> Iterator[RecordedEpisode]:
        """Read the episodes of one file.

        Raises:
            DatasetError: As `episodes`.
        """
        count = 0
        for offset, data in read_placed_records(shard.path):
            place = Place(split, shard.first + count, shard.path, offset)
            yield RecordedEpisode(data, self.schema, place)
            count += 1
        if count != shard.episodes:
            msg = (
                f'{shard.path} holds {count} episodes; {INFO} says {shard.episodes}. '
                'Was it replaced or cut off?'
            )
            raise DatasetError(msg)

    def _split(self, info: Mapping[str, Any]) -> RldsSplit:
        if not isinstance(info['name'], str):
            msg = f'the name of a split is {info["name"]!r}, no text'
            raise TypeError(msg)
        lengths = [int(n) for n in info.get('shardLengths', ())]
        template = str(info.get('filepathTemplate') or TEMPLATE)
        shards, first = [], 0
        for index, length in enumerate(lengths):
            name = self._file(template, str(info['name']), index, len(lengths))
            shards.append(Shard(self.directory / name, length, first))
            first += length
        return RldsSplit(str(info['name']), tuple(shards), int(info.get('numBytes', 0)))

    def _file(self, template: str, split: str, index: int, count: int) -> str:
        values = {
            'DATASET': self.name,
            'SPLIT': split,
            'FILEFORMAT': 'tfrecord',
            'SHARD_X_OF_Y': f'{index:05d}-of-{count:05d}',
            'SHARD_INDEX': f'{index:05d}',
            'NUM_SHARDS': f'{count:05d}',
        }
        # A description names files beside itself, never elsewhere.
        return Path(re.sub(r'\{(\w+)\}', lambda m: values[m[1]], template)).name


def find_dataset(path: Path) -> Path:
    """The directory, including its version, of the one dataset at or below a path.

    Raises:
        DatasetError: There is none, or more than one.
    """
    if not path.is_dir():
        msg = f'{path} is not a directory; give the directory of an RLDS dataset.'
        raise DatasetError(msg)
    for pattern in (INFO, f'*/{INFO}', f'*/*/{INFO}'):
        # A hidden directory is a dataset that is still being written.
        found = [
            file.parent
            for file in sorted(path.glob(pattern))
            if not any(part.startswith('.') for part in file.relative_to(path).parts)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            names = ', '.join(str(each.relative_to(path)) for each in found)
            msg = f'{path} holds {len(found)} datasets: {names}. Give the directory of one.'
            raise DatasetError(msg)
    msg = (
        f'{path} holds no RLDS dataset: there is no {INFO} in it, nor in a directory '
        '<name>/<version> below it.'
    )
    raise DatasetError(msg)
