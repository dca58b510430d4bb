# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Flax's tree of arrays in MessagePack: maps of str keys whose leaves are extension types.

Extension 1 is an array and 3 a scalar; the payload of both is itself MessagePack: [shape, dtype
name, raw bytes], C order, little endian. Only this is understood: nothing in a file is executed.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any, BinaryIO

import msgpack
import numpy as np

from octo_ros.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

_DTYPES = ('bool', 'float16', 'float32', 'float64', 'int8', 'int16', 'int32', 'int64', 'uint8')
_FOREIGN = {
    b'PK\x03\x04': 'a zip archive, as torch.save writes it',
    **{bytes([0x80, version]): 'a pickle' for version in range(2, 6)},
    b'\x89HDF': 'an HDF5 file',
}


def iterate_arrays(path: Path) -> Iterator[tuple[str, NDArray]]:
    """Read the arrays one by one, so that never two copies of all are in memory.

    Args:
        path: A file that flax or orbax wrote.

    Yields:
        Keys joined by '/', and the read-only array; in the file's order.

    Raises:
        CheckpointError: The file is missing, something else, cut off, or holds an unknown type.
    """
    try:
        with path.open('rb') as file:
            _refuse_foreign(os.pread(file.fileno(), 4, 0), path)
            yield from _Reader(file, path).arrays()
    except OSError as error:
        msg = f'Cannot read {path}: {error.strerror}.'
        raise CheckpointError(msg) from None


def _refuse_foreign(head: bytes, path: Path) -> None:
    for magic, kind in _FOREIGN.items():
        if head.startswith(magic):
            msg = (
                f'{path} is {kind}, not a MessagePack tree of arrays; octo_ros never unpickles '
                'or executes files.'
            )
            raise CheckpointError(msg)


class _Reader:
    """Walks the maps with msgpack's stream reader, peeking at the file for what comes next."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._size = os.fstat(file.fileno()).st_size
        self._unpacker = msgpack.Unpacker(
            file, raw=False, ext_hook=_array, max_buffer_size=max(self._size, 1)
        )

    def arrays(self) -> Iterator[tuple[str, NDArray]]:
        if not self._at_map():
            msg = f'{self._path} is damaged: it does not begin with a map.'
            raise CheckpointError(msg)
        yield from self._map('')
        rest = self._size - self._unpacker.tell()
        if rest:
            msg = f'{self._path} is damaged: {rest} bytes follow its tree.'
            raise CheckpointError(msg)

    def _at_map(self) -> bool:
        first = os.pread(self._file.fileno(), 1, self._unpacker.tell())
        return b'\x80' <= first <= b'\x8f' or first in (b'\xde', b'\xdf')

    def _map(self, parent: str) -> Iterator[tuple[str, NDArray]]:
        for _ in range(self._next(self._unpacker.read_map_header, parent)):
            key = f'{parent}{self._next(self._unpacker.unpack, parent)}'
            if self._at_map():
                yield from self._map(f'{key}/')
                continue
            value = self._next(self._unpacker.unpack, key)
            if not isinstance(value, np.ndarray):
                msg = f'{self._path} holds no array at {key}, but {value!r:.60}.'
                raise CheckpointError(msg)
            yield key, value

    def _next(self, read: Callable[[], Any], where: str) -> Any:  # noqa: ANN401
        try:
            return read()
        except msgpack.exceptions.OutOfData:
            reason = f'it is cut off after {self._size} bytes'
        except (msgpack.exceptions.UnpackException, ValueError, TypeError) as error:
            reason = str(error) or type(error).__name__
        msg = f'{self._path} is damaged at {where or "its root"}: {reason}.'
        raise CheckpointError(msg)


def _array(code: int, payload: bytes) -> NDArray:
    """Decode one leaf; msgpack's hook, whose ValueErrors become CheckpointErrors with a place."""
    if code not in (1, 3):
        msg = f'extension type {code} is not an array'
        raise ValueError(msg)
    shape, dtype, raw = msgpack.unpackb(payload, raw=False)
    if dtype not in _DTYPES:
        msg = f'arrays of {dtype!r} are not supported, only of {", ".join(_DTYPES)}'
        raise ValueError(msg)
    kind = np.dtype(dtype).newbyteorder('<')
    if math.prod(shape) * kind.itemsize != len(raw):
        msg = f'{len(raw)} bytes do not make a {dtype} array of shape {tuple(shape)}'
        raise ValueError(msg)
    return np.frombuffer(raw, kind).reshape(shape)
