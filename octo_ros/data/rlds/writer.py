# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""RLDS datasets, written with tensorflow-datasets' features and serializer but without TensorFlow.

Layout: `<output>/<name>/<version>/` with `dataset_info.json`, `features.json` and, per split,
    shards
`<name>-<split>.tfrecord-00000-of-0000N`. Everything is written to a hidden directory beside it,
which is renamed when it is complete: a crash leaves no dataset rather than half of one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import tensorflow_datasets as tfds

from octo_ros.data.rlds.tfrecord import write_record
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from octo_ros.data.rlds.record import EpisodeRecord

VERSION = '1.0.0'
SHARD_BYTES = 256 * 1024 * 1024
TEMPLATE = '{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}'


def dataset_features(cameras: Mapping[str, tuple[int, int]]) -> tfds.features.FeaturesDict:
    """The features of an episode, with the keys of the Open X-Embodiment datasets.

    Args:
        cameras: Camera key to height and width.
    """
    features, scalar = tfds.features, tfds.features.Scalar
    images = {
        key: features.Image(shape=(height, width, 3), encoding_format='jpeg')
        for key, (height, width) in cameras.items()
    }
    step = {
        'observation': features.FeaturesDict(
            {**images, 'state': features.Tensor(shape=(7,), dtype=np.float32)}
        ),
        'action': features.Tensor(shape=(7,), dtype=np.float32),
        'language_instruction': features.Text(),
        'is_first': scalar(dtype=np.bool_),
        'is_last': scalar(dtype=np.bool_),
        'is_terminal': scalar(dtype=np.bool_),
        'reward': scalar(dtype=np.float32),
        'discount': scalar(dtype=np.float32),
    }
    metadata = {
        'file_path': features.Text(),
        'episode_id': scalar(dtype=np.int64),
        'episode_name': features.Text(),
        'success': scalar(dtype=np.bool_),
        'action_source': features.Text(),
    }
    return features.FeaturesDict(
        {
            'steps': features.Dataset(step),
            'episode_metadata': features.FeaturesDict(metadata),
        }
    )


@dataclass
class _Split:
    """A split while it is written: its shards so far."""

    directory: Path
    name: str
    lengths: list[int] = field(default_factory=list)
    num_bytes: int = 0
    _file: BinaryIO | None = None

    def shard_path(self, index: int) -> Path:
        return self.directory / f'{self.name}-{index:05d}.partial'

    def write(self, data: bytes) -> None:
        if self._file is None or self._file.tell() > SHARD_BYTES:
            self.close()
            self._file = self.shard_path(len(self.lengths)).open('wb')
            self.lengths.append(0)
        write_record(self._file, data)
        self.lengths[-1] += 1
        self.num_bytes += len(data)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


class RldsWriter:
    """Writes one dataset; use it in a `with` statement.

    Leaving the statement normally makes the dataset appear; leaving it by an exception leaves
    nothing.

    Args:
        output: Directory that holds datasets, as given to Octo's `data_dir`.
        name: Name of the dataset: letters, digits and underscores.
        cameras: Camera key to height and width.

    Raises:
        DatasetError: The name is not allowed, or that dataset exists.
    """

    def __init__(self, output: Path, name: str, cameras: Mapping[str, tuple[int, int]]) -> None:
        if not re.fullmatch(r'[a-z][a-z0-9_]*', name):
            msg = f'Dataset name {name!r} is not allowed; use lower-case letters, digits and "_".'
            raise DatasetError(msg)
        self._name = name
        self._target = output / name / VERSION
        self._features = dataset_features(cameras)
        self._serializer = tfds.core.example_serializer.ExampleSerializer(
            self._features.get_serialized_info()
        )
        self._splits: dict[str, _Split] = {}
        self._episodes = 0
        self.directory = output / name / f'.{VERSION}.incomplete'

    @property
    def target(self) -> Path:
        """Where the dataset will lie."""
        return self._target

    def __enter__(self) -> RldsWriter:
        if self._target.exists():
            msg = (
                f'{self._target} exists already. Remove it, or choose another --name or --output.'
            )
            raise DatasetError(msg)
        shutil.rmtree(self.directory, ignore_errors=True)  # what a killed run left
        self.directory.mkdir(parents=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for split in self._splits.values():
            split.close()
        if error is not None:
            self._discard()
            return
        try:
            self._finish()
        except BaseException:
            self._discard()
            raise

    def write(self, record: EpisodeRecord, splits: tuple[str, ...]) -> None:
        """Append an episode to one or more splits.

        Raises:
            DatasetError: A number in it is not finite.
        """
        if not (np.isfinite(record.actions).all() and np.isfinite(record.proprio).all()):
            msg = (
                f'Episode {record.name!r} of {record.file_path} holds numbers that are not finite.'
            )
            raise DatasetError(msg)
        example = self._features.encode_example(self._example(record))
        data = self._serializer.serialize_example(example)
        for name in splits:
            self._splits.setdefault(name, _Split(self.directory, name)).write(data)
        self._episodes += 1

    def _example(self, record: EpisodeRecord) -> dict[str, Any]:
        return {
            'steps': list(_steps(record)),
            'episode_metadata': {
                'file_path': record.file_path,
                'episode_id': self._episodes,
                'episode_name': record.name,
                'success': record.success is not False,
                'action_source': record.action_source,
            },
        }

    def _finish(self) -> None:
        if not self._splits:
            msg = f'No episode was written to {self._target}.'
            raise DatasetError(msg)
        infos = [self._finish_split(split) for split in self._splits.values()]
        identity = tfds.core.dataset_info.DatasetIdentity(
            name=self._name,
            version=tfds.core.Version(VERSION),
            data_dir=str(self.directory),
            module_name=__name__,
        )
        info = tfds.core.DatasetInfo(builder=identity, features=self._features)
        info.set_file_format('tfrecord')
        info.set_splits(tfds.core.splits.SplitDict(infos))
        info.write_to_directory(self.directory)
        self.directory.rename(self._target)

    def _finish_split(self, split: _Split) -> tfds.core.splits.SplitInfo:
        count = len(split.lengths)
        for index in range(count):
            name = f'{self._name}-{split.name}.tfrecord-{index:05d}-of-{count:05d}'
            split.shard_path(index).rename(self.directory / name)
        template = tfds.core.ShardedFileTemplate(
            data_dir=self.directory,
            template=TEMPLATE,
            dataset_name=self._name,
            split=split.name,
            filetype_suffix='tfrecord',
        )
        return tfds.core.splits.SplitInfo(
            name=split.name,
            shard_lengths=split.lengths,
            num_bytes=split.num_bytes,
            filename_template=template,
        )

    def _discard(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        parent = self.directory.parent
        if parent.is_dir() and not any(parent.iterdir()):
            parent.rmdir()


def _steps(record: EpisodeRecord) -> Iterator[dict[str, Any]]:
    last = record.steps - 1
    done = record.is_terminal and record.success is not False
    for i in range(record.steps):
        images = {key: jpegs[i] for key, jpegs in record.images.items()}
        yield {
            'observation': {**images, 'state': record.proprio[i]},
            'action': record.actions[i],
            'language_instruction': record.instruction,
            'is_first': i == 0,
            'is_last': i == last,
            'is_terminal': done and i == last,
            'reward': float(done and i == last),
            'discount': 1.0,
        }
