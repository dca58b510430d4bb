# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The files of one split while a dataset is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from octo_ros.data.rlds.tfrecord import FRAME_BYTES, write_pieces

SHARD_BYTES = 256 * 1024 * 1024


def shard_name(dataset: str, split: str, index: int, count: int) -> str:
    """File name of a finished shard."""
    return f'{dataset}-{split}.tfrecord-{index:05d}-of-{count:05d}'


@dataclass
class SplitShards:
    """A split's shards so far; a new one begins where a record would make one too large.

    Attributes:
        directory: Where they lie.
        split: Name of the split.
        lengths: Records of each shard.
        num_bytes: Of all records, without their frames.
    """

    directory: Path
    split: str
    lengths: list[int] = field(default_factory=list)
    num_bytes: int = 0
    _file: BinaryIO | None = None

    def adopt(self, path: Path, length: int) -> None:
        """Take a finished shard of another directory as it is; nothing may be written before."""
        link_or_copy(path, self._path(len(self.lengths)))
        self.lengths.append(length)
        self.num_bytes += path.stat().st_size - length * FRAME_BYTES

    def write(self, size: int, pieces: Iterable[bytes]) -> None:
        """Append a record."""
        if self._file is None or self._file.tell() + size + FRAME_BYTES > SHARD_BYTES:
            self.close()
            self._file = self._path(len(self.lengths)).open('wb')
            self.lengths.append(0)
        write_pieces(self._file, size, pieces)
        self.lengths[-1] += 1
        self.num_bytes += size

    def close(self) -> None:
        """Put what was written on disk."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None

    def finish(self, dataset: str) -> list[Path]:
        """Close and give every shard its final name."""
        self.close()
        count = len(self.lengths)
        return [
            self._path(i).rename(self.directory / shard_name(dataset, self.split, i, count))
            for i in range(count)
        ]

    def _path(self, index: int) -> Path:
        return self.directory / f'{self.split}-{index:05d}.partial'


def link_or_copy(source: Path, target: Path) -> None:
    """The same file under another name, without its bytes being copied where that is possible."""
    try:
        target.hardlink_to(source)
    except OSError:  # another file system, or one without links
        shutil.copy2(source, target)
