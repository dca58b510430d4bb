# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""RLDS datasets, written with tensorflow-datasets' features and serializer but without TensorFlow.

Layout: `<output>/<name>/<version>/` with `dataset_info.json`, `features.json` and, per split,
shards `<name>-<split>.tfrecord-00000-of-0000N`. Everything is written to a hidden directory beside
it, which takes its place when it is complete: a crash leaves the old dataset or none, never half.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

# Here and not where it is used: while it is imported, imports of other threads go wrong (etils
# replaces `__import__` meanwhile), so it must be over before a progress bar starts.
import tensorflow_datasets as tfds

from octo_ros.data.rlds.example import ExampleWriter
from octo_ros.data.rlds.existing import ExistingDataset
from octo_ros.data.rlds.names import check_name
from octo_ros.data.rlds.publish import publish, recover
from octo_ros.data.rlds.shards import SplitShards
from octo_ros.data.rlds.stored import stored_episodes
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from octo_ros.data.rlds.features import DatasetLayout
    from octo_ros.data.rlds.record import EpisodeRecord

VERSION = '1.0.0'
DOUBLED = 'val'  # split whose episodes are in `train` as well while there is only one
TEMPLATE = '{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}'


def dataset_directory(output: Path, name: str) -> Path:
    """Where a dataset lies.

    Raises:
        DatasetError: The name is not allowed, or that of a dataset of tensorflow-datasets.
    """
    check_name(name)
    return output / name / VERSION


class RldsWriter:
    """Writes one dataset; use it in a `with` statement.

    Leaving the statement normally makes the dataset appear; leaving it by an exception leaves
    what was there.

    Args:
        output: Directory that holds datasets, as given to Octo's `data_dir`.
        name: Name of the dataset: letters, digits and underscores.
        layout: What its episodes hold.
        directory: Where to write until it is complete; default: hidden beside the dataset.
        append: Add to a dataset that exists; its records stay as they are, except that an
            episode that was in both splits for want of another leaves `val` when that gets one.
        publish: Brings the complete directory to its place.

    Raises:
        DatasetError: The name is not allowed; the dataset exists, or with `append` does not exist
            or has other features.
    """

    def __init__(
        self,
        output: Path,
        name: str,
        layout: DatasetLayout,
        directory: Path | None = None,
        *,
        append: bool = False,
        publish: Callable[[Path, Path], None] = publish,
    ) -> None:
        self._name = name
        self._target = dataset_directory(output, name)
        self._layout = layout
        self._append = append
        self._publish = publish
        self._splits: dict[str, SplitShards] = {}
        self._paths: list[Path] = []
        self._set_aside: dict[str, Sequence[tuple[Path, int]]] = {}
        self._next_id = 0
        self.directory = directory or output / name / f'.{VERSION}.incomplete'

    @property
    def target(self) -> Path:
        """Where the dataset will lie."""
        return self._target

    @property
    def split_records(self) -> dict[str, int]:
        """Split to its records so far, those that were there before among them."""
        return {name: sum(shards.lengths) for name, shards in sorted(self._splits.items())}

    def __enter__(self) -> RldsWriter:
        recover(self._target)
        existing = None
        if self._append:
            existing = ExistingDataset.read(self._target, self._name)
        elif self._target.exists():
            msg = (
                f'{self._target} exists already. Add to it with --append, remove it, or choose '
                'another --name or --output.'
            )
            raise DatasetError(msg)
        shutil.rmtree(self.directory, ignore_errors=True)  # what a killed run left
        self.directory.mkdir(parents=True)
        try:
            self._examples = ExampleWriter(self._layout)
            if existing is not None:
                self._layout.features().save_config(str(self.directory))
                existing.check_features(self.directory / 'features.json')
                self._adopt(existing)
        except BaseException:
            self._discard()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.finish()
                self._publish(self.directory, self._target)
        finally:
            for split in self._splits.values():
                split.close()
            self._discard()  # what is unfinished, or the old dataset after an exchange

    def write(self, record: EpisodeRecord, splits: tuple[str, ...]) -> None:
        """Append an episode to one or more splits.

        Raises:
            DatasetError: A number in it is not finite, it does not fit the layout, or it is too
                large for a record.
        """
        for name in splits:
            size, pieces = self._examples.serialise(record, self._next_id)
            shards = self._splits.setdefault(name, SplitShards(self.directory, name))
            shards.write(size, pieces)
        self._next_id += 1

    def finish(self) -> list[Path]:
        """Close the shards and write the metadata; nothing can be written afterwards.

        Returns:
            All shards.

        Raises:
            DatasetError: No episode was written.
        """
        if not self._splits:
            msg = f'No episode was written to {self._target}.'
            raise DatasetError(msg)
        if not self._paths:
            for name, paths in self._set_aside.items():
                if name not in self._splits:
                    self._take_over(name, paths)
            splits = [self._splits[name] for name in sorted(self._splits)]
            self._paths = [path for split in splits for path in split.finish(self._name)]
            self._write_info(splits)
        return self._paths

    def _adopt(self, existing: ExistingDataset) -> None:
        ids = {
            name: {int(e.metadata['episode_id']) for e in stored_episodes(p for p, _ in paths)}
            for name, paths in existing.shards.items()
        }
        for name, paths in existing.shards.items():
            if name == DOUBLED and ids[name] <= ids.get('train', set()):
                # As long as there was one episode it was in both; what is added takes its place.
                self._set_aside[name] = paths
            else:
                self._take_over(name, paths)
        self._next_id = max(set().union(*ids.values()), default=-1) + 1

    def _take_over(self, name: str, paths: Sequence[tuple[Path, int]]) -> None:
        shards = self._splits[name] = SplitShards(self.directory, name)
        for path, length in paths:
            shards.adopt(path, length)

    def _write_info(self, splits: list[SplitShards]) -> None:
        identity = tfds.core.dataset_info.DatasetIdentity(
            name=self._name,
            version=tfds.core.Version(VERSION),
            data_dir=str(self.directory),
            module_name=__name__,
        )
        info = tfds.core.DatasetInfo(builder=identity, features=self._layout.features())
        info.set_file_format('tfrecord')
        info.set_splits(tfds.core.splits.SplitDict([self._split_info(split) for split in splits]))
        info.write_to_directory(self.directory)

    def _split_info(self, split: SplitShards) -> tfds.core.splits.SplitInfo:
        template = tfds.core.ShardedFileTemplate(
            data_dir=self.directory,
            template=TEMPLATE,
            dataset_name=self._name,
            split=split.split,
            filetype_suffix='tfrecord',
        )
        return tfds.core.splits.SplitInfo(
            name=split.split,
            shard_lengths=split.lengths,
            num_bytes=split.num_bytes,
            filename_template=template,
        )

    def _discard(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        for parent in (self.directory.parent, self._target.parent):
            if parent.is_dir() and not any(parent.iterdir()):
                parent.rmdir()
