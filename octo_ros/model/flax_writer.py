# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes trees of arrays byte for byte as flax does; `flax_msgpack` says what they look like."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, BinaryIO

import msgpack
import numpy as np

from octo_ros.errors import CheckpointError
from octo_ros.model.flax_msgpack import ARRAY, CHUNKED, DTYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

_CHUNK_BYTES = 2**30  # flax.serialization.MAX_CHUNK_SIZE


def write_arrays(
    file: BinaryIO,
    names: Iterable[str],
    read: Callable[[str], NDArray],
    chunk_bytes: int = _CHUNK_BYTES,
) -> None:
    """Write a tree; only one array is in memory at a time.

    Args:
        file: Where to.
        names: Keys joined by '/'. Flax sorts the keys of every map, and so does this.
        read: Gives the array of a name when its turn has come.
        chunk_bytes: Larger arrays are cut into pieces of this size, which flax does because
            MessagePack's lengths end at 2^32.

    Raises:
        CheckpointError: A name is also the beginning of another one, or an array's type has no
            place in such a file.
    """
    _TreeWriter(file, read, chunk_bytes).write(_tree(names))


def _tree(names: Iterable[str]) -> dict[str, Any]:
    """Maps within maps, whose leaves are the full names."""
    tree: dict[str, Any] = {}
    for name in names:
        *parents, key = name.split('/')
        node: Any = tree
        for parent in parents:
            node = node.setdefault(parent, {}) if isinstance(node, dict) else node
        if not isinstance(node, dict) or key in node:
            msg = f'{name} cannot be written: its name is, or contains, the name of another array.'
            raise CheckpointError(msg)
        node[key] = name
    return tree


class _TreeWriter:
    def __init__(self, file: BinaryIO, read: Callable[[str], NDArray], chunk_bytes: int) -> None:
        self._file = file
        self._read = read
        self._chunk_bytes = chunk_bytes
        self._packer = msgpack.Packer(use_bin_type=True)

    def write(self, node: dict[str, Any]) -> None:
        self._file.write(self._packer.pack_map_header(len(node)))
        for key in sorted(node):
            self._file.write(self._packer.pack(key))
            if isinstance(node[key], dict):
                self.write(node[key])
            else:
                self._leaf(node[key])

    def _leaf(self, name: str) -> None:
        array = self._read(name)
        if array.dtype.name not in DTYPES:
            msg = f'{name} cannot be written: it is {array.dtype}, not one of {", ".join(DTYPES)}.'
            raise CheckpointError(msg)
        flat = np.ascontiguousarray(array, DTYPES[array.dtype.name]).reshape(-1)
        if array.nbytes <= self._chunk_bytes:
            self._array(array.shape, flat)
            return
        step = max(1, self._chunk_bytes // array.itemsize)
        chunks = [flat[start : start + step] for start in range(0, flat.size, step)]
        self._file.write(self._packer.pack_map_header(3))
        for part in (CHUNKED, True, 'shape', _numbered(array.shape), 'chunks'):
            self._file.write(self._packer.pack(part))
        self._file.write(self._packer.pack_map_header(len(chunks)))
        for index, chunk in enumerate(chunks):
            self._file.write(self._packer.pack(str(index)))
            self._array(chunk.shape, chunk)

    def _array(self, shape: tuple[int, ...], flat: NDArray) -> None:
        """An extension whose payload is [shape, dtype name, bytes]."""
        payload = (
            self._packer.pack_array_header(3)
            + self._packer.pack(list(shape))
            + self._packer.pack(flat.dtype.name)
            + _sized((0xC4, 0xC5, 0xC6), flat.nbytes)
        )
        self._file.write(_extension(len(payload) + flat.nbytes))
        self._file.write(payload)
        self._file.write(flat.view(np.uint8).data)


def _numbered(values: tuple[int, ...]) -> dict[str, int]:
    return {str(index): value for index, value in enumerate(values)}


def _sized(codes: tuple[int, int, int], size: int) -> bytes:
    """The code and the length, in the fewest bytes that hold it: 1, 2 or 4."""
    for code, form, bits in zip(codes, ('>BB', '>BH', '>BI'), (8, 16, 32), strict=True):
        if size < 1 << bits:
            return struct.pack(form, code, size)
    msg = f'MessagePack cannot hold {size} bytes in one piece.'
    raise CheckpointError(msg)


def _extension(size: int) -> bytes:
    fixed = {1: 0xD4, 2: 0xD5, 4: 0xD6, 8: 0xD7, 16: 0xD8}
    head = bytes([fixed[size]]) if size in fixed else _sized((0xC7, 0xC8, 0xC9), size)
    return head + bytes([ARRAY])
