# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which files make up a bag."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from octo_ros.data.bags.metadata import FILE, BagMetadata, read_metadata
from octo_ros.errors import BagError

ROS1_MAGIC = b'#ROSBAG'
STORAGE = ('.db3', '.mcap')
PACKED = '.zstd'


@dataclass(frozen=True)
class BagFiles:
    """What a bag is read from.

    Attributes:
        paths: Storage files in the order of recording, some packed (`.zstd`).
        metadata: What metadata.yaml says, if there is one that can be read.
        missing: Names of files that metadata.yaml lists and that are not there.
        notes: Sentences on what disagrees.
    """

    paths: tuple[Path, ...]
    metadata: BagMetadata | None
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def find_files(path: Path) -> BagFiles:
    """Find the files of a bag.

    Args:
        path: Bag directory or one storage file.

    Raises:
        BagError: Nothing is there, it is a ROS 1 bag, or no storage file is found.
    """
    if not path.exists():
        msg = f'There is no bag at {path}.'
        raise BagError(msg)
    if path.is_file():
        refuse_ros1(path)
        if not is_storage(path):
            msg = (
                f'{path} is no bag: a bag is a directory, or a file that ends in '
                f'{", ".join(STORAGE)}, or one of these with {PACKED}.'
            )
            raise BagError(msg)
        return BagFiles((path,), None, (), ())
    present = sorted(
        (entry for entry in path.iterdir() if entry.is_file() and is_storage(entry)), key=_order
    )
    notes = []
    for packed in [entry for entry in present if entry.suffix == PACKED]:
        if packed.with_suffix('') in present:
            # The recorder deletes a file only after packing it: the plain one is whole.
            present.remove(packed)
            notes.append(f'{packed.name} is left out, because {packed.stem} is there.')
    metadata, note = read_metadata(path)
    notes += [note] if note else []
    missing: list[str] = []
    if metadata is not None:
        present, missing = _compare(present, metadata, notes)
    if not present:
        for entry in sorted(path.iterdir()):
            if entry.is_file():
                refuse_ros1(entry)
        listed = f' {FILE} lists {", ".join(missing)}.' if missing else ''
        msg = f'{path} holds no storage file ({", ".join(STORAGE)}), so it is no bag.{listed}'
        raise BagError(msg)
    if len({_plain(entry).suffix for entry in present}) > 1:
        msg = (
            f'{path} holds .db3 and .mcap files; a bag has one kind. Name one of the files, or '
            'move the others away.'
        )
        raise BagError(msg)
    return BagFiles(tuple(present), metadata, tuple(missing), tuple(notes))


def is_storage(path: Path) -> bool:
    """Whether a file's name is one of a bag's storage."""
    return _plain(path).suffix in STORAGE


def refuse_ros1(path: Path) -> None:
    """Refuse a ROS 1 bag by name.

    Raises:
        BagError: It is one.
    """
    with path.open('rb') as file:
        ros1 = file.read(len(ROS1_MAGIC)) == ROS1_MAGIC
    if ros1 or path.suffix == '.bag':
        msg = (
            f'{path} is a ROS 1 bag; only ROS 2 bags are read. '
            f'Convert it first: rosbags-convert --src {path} --dst NEW_BAG.'
        )
        raise BagError(msg)


def _compare(
    present: list[Path], metadata: BagMetadata, notes: list[str]
) -> tuple[list[Path], list[str]]:
    """Files to read and files that are missing, from what is there and what is listed."""
    suffix = {'sqlite3': '.db3', 'mcap': '.mcap'}.get(metadata.storage)
    fitting = [entry for entry in present if _plain(entry).suffix == suffix]
    if fitting and len(fitting) < len(present):
        others = ', '.join(entry.name for entry in present if entry not in fitting)
        notes.append(f'{others} left out: {FILE} tells of {metadata.storage} storage.')
        present = fitting
    # A file that was packed or unpacked by hand is still the listed one.
    names = {_plain(entry).name for entry in present}
    listed = [name.removesuffix(PACKED) for name in metadata.files]
    absent = [name for name in listed if name not in names]
    unlisted = sorted(names - set(listed))
    if unlisted and len(unlisted) >= len(absent):
        told = ', '.join(metadata.files) or 'no file'
        notes.append(f'{FILE} lists {told}; read were the files that are there, with '
                     f'{", ".join(unlisted)}.')  # fmt: skip
        absent = []
    order = {name: number for number, name in enumerate(listed)}
    present.sort(key=lambda entry: order.get(_plain(entry).name, len(order)))
    return present, absent


def _plain(path: Path) -> Path:
    return path.with_suffix('') if path.suffix == PACKED else path


def _order(path: Path) -> list[tuple[int, str]]:
    """bag_10 comes after bag_9."""
    return [
        (int(part), '') if part.isdigit() else (0, part)
        for part in re.split(r'(\d+)', _plain(path).name)
    ]
