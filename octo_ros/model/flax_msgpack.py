# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Flax's tree of arrays in MessagePack: maps of str keys whose leaves are extension types.

Extension 1 is an array and 3 a scalar; the payload of both is itself MessagePack: [shape, dtype
name, raw bytes], C order, little endian. An array of more than 2^30 bytes is a map of its flat
pieces. Only this is understood: nothing in a file is executed, and no number in it is believed
before it is held against the file's size.
"""

from __future__ import annotations

import math
import mmap
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from octo_ros.errors import CheckpointError
from octo_ros.model.msgpack_items import Item, ItemReader

if TYPE_CHECKING:
    from numpy.typing import NDArray

ARRAY, SCALAR = 1, 3  # extension types
CHUNKED = '__msgpack_chunked_array__'
_INTEGERS = tuple(f'{sign}int{bits}' for sign in ('', 'u') for bits in (8, 16, 32, 64))
DTYPES: Mapping[str, np.dtype] = {
    name: np.dtype(name).newbyteorder('<')
    for name in ('bool', 'float16', 'float32', 'float64', *_INTEGERS)
}
_BFLOAT16 = 'bfloat16'  # numpy has none; these are the upper halves of float32 numbers
_MOST_ARRAYS = 100_000  # a released checkpoint has 366
_MOST_LEVELS = 32
_MOST_AXES = 32
_FOREIGN = {
    b'PK\x03\x04': 'a zip archive, as torch.save writes it',
    **{bytes([0x80, version]): 'a pickle' for version in range(2, 6)},
    b'\x89HDF': 'an HDF5 file',
    b'version https://git-lfs': 'a Git LFS pointer (fetch the file itself with "git lfs pull")',
}


@dataclass(frozen=True)
class StoredArray:
    """Where an array lies in its file.

    Attributes:
        shape: Its shape.
        dtype: Name of its type there; `bfloat16` becomes float32 when it is read.
        pieces: (offset, size) of its bytes, in order; one, unless the array is chunked.
    """

    shape: tuple[int, ...]
    dtype: str
    pieces: tuple[tuple[int, int], ...]


class ArrayFile:
    """A file of arrays, mapped into memory; opening it finds the arrays and reads none.

    Args:
        path: A file that flax or orbax wrote. While the arrays are in use it must not be cut off
            in place, which would end the process; replacing it is harmless.

    Raises:
        CheckpointError: The file is missing, something else, cut off, or holds an unknown type.
    """

    def __init__(self, path: Path) -> None:
        try:
            with os.fdopen(_open_regular(path), 'rb') as file:
                head = file.read(32)
                _refuse_foreign(head, path)
                if not head:
                    msg = f'{path} is damaged: it is empty.'
                    raise CheckpointError(msg)
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            msg = f'Cannot read {path}: {error.strerror}.'
            raise CheckpointError(msg) from None
        self.arrays: Mapping[str, StoredArray] = _TreeReader(self._bytes, path).read()

    def read(self, name: str) -> NDArray:
        """One array, read-only; a view of the file where that is possible."""
        stored = self.arrays[name]
        dtype = np.dtype('<u2') if stored.dtype == _BFLOAT16 else DTYPES[stored.dtype]
        flat = [
            np.ndarray((size // dtype.itemsize,), dtype, buffer=self._bytes, offset=offset)
            for offset, size in stored.pieces
        ]
        array = (flat[0] if len(flat) == 1 else np.concatenate(flat)).reshape(stored.shape)
        if stored.dtype == _BFLOAT16:
            array = (array.astype('<u4') << 16).view('<f4')
        array.setflags(write=False)
        return array

    def release(self, name: str) -> None:
        """Give the memory of an array's pages back; views of it stay valid and read them again."""
        if not hasattr(mmap, 'MADV_DONTNEED'):
            return
        for offset, size in self.arrays[name].pieces:
            start = -(-offset // mmap.PAGESIZE) * mmap.PAGESIZE
            length = (offset + size) // mmap.PAGESIZE * mmap.PAGESIZE - start
            if length > 0:
                self._bytes.madvise(mmap.MADV_DONTNEED, start, length)

    def __iter__(self) -> Iterator[tuple[str, NDArray]]:
        """Name and array one by one, in the file's order; each is released after its turn."""
        for name in self.arrays:
            yield name, self.read(name)
            self.release(name)


def iterate_arrays(path: Path) -> Iterator[tuple[str, NDArray]]:
    """Read the arrays one by one, so that never two copies of all are in memory.

    Args:
        path: A file that flax or orbax wrote.

    Yields:
        Keys joined by '/', and the read-only array; in the file's order.

    Raises:
        CheckpointError: The file is missing, something else, cut off, or holds an unknown type.
    """
    yield from ArrayFile(path)


def _open_regular(path: Path) -> int:
    """Open without waiting, as a pipe would make us, and take nothing but a regular file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, 'it is not a regular file')
    return descriptor


def _refuse_foreign(head: bytes, path: Path) -> None:
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            msg = (
                f'{path} is {kind}, not a MessagePack tree of arrays; octo_ros never unpickles '
                'or executes files.'
            )
            raise CheckpointError(msg)


class _TreeReader:
    """Walks the maps and notes where the arrays lie."""

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._items = ItemReader(data)
        self._path = path
        self._found: dict[str, StoredArray] = {}
        self._where = ''

    def read(self) -> dict[str, StoredArray]:
        try:
            root = self._items.next()
            if root.kind != 'map':
                self._refuse('it does not begin with a map')
            self._map('', root.value, 1)
            if self._items.remaining:
                self._refuse(f'{self._items.remaining} bytes follow its tree')
        except ValueError as error:
            msg = f'{self._path} is damaged at {self._where or "its root"}: {error}.'
            raise CheckpointError(msg) from None
        return self._found

    def _map(self, parent: str, count: int, level: int) -> None:
        if level > _MOST_LEVELS:
            self._refuse(f'its maps lie more than {_MOST_LEVELS} deep')
        self._items.check_room(2 * count)  # every entry has at least two bytes
        seen = set()
        for index in range(count):
            self._where = parent.rstrip('/')
            key = self._items.string()
            if key == CHUNKED and index == 0:
                self._add(parent.rstrip('/'), self._chunked(count))
                return
            if key in seen:
                self._refuse(f'the key {key!r:.60} is there twice')
            seen.add(key)
            name = f'{parent}{key}'
            self._where = name if name.isprintable() and len(name) < 400 else repr(name)[:400]
            value = self._items.next()
            if value.kind == 'map':
                self._map(f'{name}/', value.value, level + 1)
            elif value.kind == 'ext':
                self._add(name, self._array(value))
            else:
                msg = f'{self._path} holds no array at {self._where}, but {value.text}.'
                raise CheckpointError(msg)

    def _add(self, name: str, array: StoredArray) -> None:
        if name in self._found:
            self._refuse('the path is there twice')
        if len(self._found) == _MOST_ARRAYS:
            self._refuse(f'the file has more than {_MOST_ARRAYS} arrays')
        self._found[name] = array

    def _array(self, item: Item) -> StoredArray:
        """One leaf, of whose extension header this is."""
        code = self._items.extension_type()
        end = self._items.limit(item.value)
        if code not in (ARRAY, SCALAR):
            self._refuse(f'extension type {code} is not an array')
        parts = self._items.expect('array', 'the parts of an array')
        if parts != 3:
            self._refuse(f'an array has 3 parts (shape, dtype, bytes), not {parts}')
        axes = self._items.expect('array', 'a shape')
        if axes > _MOST_AXES:
            self._refuse(f'an array has {axes} axes')
        shape = tuple(self._items.expect('int', 'a length') for _ in range(axes))
        dtype = self._items.string('a dtype')
        size = self._items.expect('bin', 'the bytes of an array')
        stored = StoredArray(shape, dtype, ((self._items.position, size),))
        self._check(stored)
        self._items.skip(size)
        self._items.unlimit(end)
        return stored

    def _chunked(self, count: int) -> StoredArray:
        """A large array: {CHUNKED: true, 'shape': {'0': 3, …}, 'chunks': {'0': array, …}}."""
        marked = self._items.next()
        if count != 3 or (marked.kind, marked.value) != ('bool', 1):
            self._refuse(f'a map with {CHUNKED} must be true and have a shape and chunks')
        if self._items.string() != 'shape':
            self._refuse('a chunked array must begin with its shape')
        shape = tuple(
            self._items.expect('int', 'a length') for _ in self._numbered('shape', _MOST_AXES)
        )
        if self._items.string() != 'chunks':
            self._refuse('the shape of a chunked array must be followed by its chunks')
        chunks = [
            self._array(self._items.next_of('ext', 'a chunk'))
            for _ in self._numbered('chunks', _MOST_ARRAYS)
        ]
        dtypes = {chunk.dtype for chunk in chunks}
        if len(dtypes) != 1:
            self._refuse(f'the chunks of an array are of {sorted(dtypes) or "no type"}')
        stored = StoredArray(shape, dtypes.pop(), tuple(c.pieces[0] for c in chunks))
        self._check(stored)
        return stored

    def _numbered(self, what: str, most: int) -> Iterator[int]:
        """Step through a map whose keys must be '0', '1', …; the caller reads each value."""
        count = self._items.expect('map', what)
        if count > most:
            self._refuse(f'{what} has {count} entries')
        for index in range(count):
            key = self._items.string()
            if key != str(index):
                self._refuse(f'{what} has the key {key!r:.60} where {index} belongs')
            yield index

    def _check(self, array: StoredArray) -> None:
        if array.dtype != _BFLOAT16 and array.dtype not in DTYPES:
            known = ', '.join((*DTYPES, _BFLOAT16))
            self._refuse(f'arrays of {array.dtype!r:.60} are not supported, only of {known}')
        itemsize = 2 if array.dtype == _BFLOAT16 else DTYPES[array.dtype].itemsize
        size = sum(size for _, size in array.pieces)
        if (
            min(array.shape, default=0) < 0
            or math.prod(array.shape) * itemsize != size
            # numpy counts the bytes of an empty array as if its axes of length 0 had length 1
            or math.prod(max(n, 1) for n in array.shape) * itemsize >= 2**63
        ):
            self._refuse(f'{size} bytes do not make a {array.dtype} array of shape {array.shape}')

    def _refuse(self, reason: str) -> NoReturn:
        raise ValueError(reason)
