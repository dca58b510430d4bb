# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""MessagePack's headers, read one at a time from mapped bytes; no data is copied or believed.

The format: https://github.com/msgpack/msgpack/blob/master/spec.md. A general unpacker would copy
every array two or three times and allocate what a damaged length asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mmap

# First byte → kind and the size of the length (or value) behind it.
_SIZED = {
    **{0xC4 + i: ('bin', 1 << i) for i in range(3)},
    **{0xC7 + i: ('ext', 1 << i) for i in range(3)},
    **{0xCC + i: ('int', 1 << i) for i in range(4)},
    **{0xD9 + i: ('str', 1 << i) for i in range(3)},
    **{0xDC + i: ('array', 2 << i) for i in range(2)},
    **{0xDE + i: ('map', 2 << i) for i in range(2)},
}
_ARTICLES = {'int': 'an int', 'ext': 'an extension', 'nil': 'nil', 'array': 'a list'}
_LONGEST_STRING = 4096


@dataclass(frozen=True)
class Item:
    """One header.

    Attributes:
        kind: `map`, `array`, `str`, `bin`, `ext`, `int`, `float`, `bool` or `nil`.
        value: Number of entries, size in bytes, or the value of an int or bool.
    """

    kind: str
    value: int = 0

    @property
    def text(self) -> str:
        """The kind with its article, for messages."""
        return _ARTICLES.get(self.kind, f'a {self.kind}')


class ItemReader:
    """Reads header after header.

    Every method raises a ValueError that says what is wrong where the bytes are not what is
    expected.

    Args:
        data: The bytes.
    """

    def __init__(self, data: mmap.mmap | bytes) -> None:
        self._data = data
        self._end = len(data)
        self._limited = False
        self.position = 0

    @property
    def remaining(self) -> int:
        """Bytes to the end."""
        return self._end - self.position

    def next(self) -> Item:
        """The next header; for a float, the value is skipped."""
        first = self._take(1)[0]
        if first <= 0x7F or first >= 0xE0:
            item = Item('int', first if first <= 0x7F else first - 0x100)
        elif first <= 0x8F:
            item = Item('map', first - 0x80)
        elif first <= 0x9F:
            item = Item('array', first - 0x90)
        elif first <= 0xBF:
            item = Item('str', first - 0xA0)
        elif first in _SIZED:
            kind, size = _SIZED[first]
            item = Item(kind, int.from_bytes(self._take(size), 'big'))
        elif 0xD0 <= first <= 0xD3:
            value = int.from_bytes(self._take(1 << (first - 0xD0)), 'big', signed=True)
            item = Item('int', value)
        elif 0xD4 <= first <= 0xD8:
            item = Item('ext', 1 << (first - 0xD4))
        elif first in (0xCA, 0xCB):
            self._take(4 << (first - 0xCA))
            item = Item('float')
        elif first in (0xC2, 0xC3):
            item = Item('bool', first - 0xC2)
        elif first == 0xC0:
            item = Item('nil')
        else:
            msg = f'the byte {first:#x} begins nothing'
            raise ValueError(msg)
        return item

    def next_of(self, kind: str, what: str) -> Item:
        """The next header, which must be of that kind."""
        item = self.next()
        if item.kind != kind:
            msg = f'{what} must be {Item(kind).text}, not {item.text}'
            raise ValueError(msg)
        return item

    def expect(self, kind: str, what: str) -> int:
        """The value of the next header, which must be of that kind."""
        return self.next_of(kind, what).value

    def string(self, what: str = 'a key') -> str:
        """A key or a name: UTF-8."""
        size = self.expect('str', what)
        self.check_room(size)
        if size > _LONGEST_STRING:
            msg = f'{what} of {size} bytes is too long'
            raise ValueError(msg)
        try:
            return self._take(size).decode()
        except UnicodeDecodeError:
            msg = f'{what} is not UTF-8'
            raise ValueError(msg) from None

    def extension_type(self) -> int:
        """The type that follows the header of an extension, -128 to 127."""
        return int.from_bytes(self._take(1), 'big', signed=True)

    def skip(self, size: int) -> None:
        """Pass over that many bytes."""
        self.check_room(size)
        self.position += size

    def check_room(self, size: int) -> None:
        """Make sure that so many bytes follow."""
        if size <= self.remaining:
            return
        if self._limited:
            msg = f'an array needs {size} bytes where {self.remaining} are left of it'
        else:
            msg = f'it is cut off after {len(self._data)} bytes'
        raise ValueError(msg)

    def limit(self, size: int) -> int:
        """Treat the next bytes, so many, as if they were all; give the result to `unlimit`."""
        self.check_room(size)
        before, self._end, self._limited = self._end, self.position + size, True
        return before

    def unlimit(self, before: int) -> None:
        """End what `limit` began; nothing of those bytes may be left."""
        if self.remaining:
            msg = f'an array is followed by {self.remaining} bytes that do not belong to it'
            raise ValueError(msg)
        self._end, self._limited = before, False

    def _take(self, size: int) -> bytes:
        self.check_room(size)
        start, self.position = self.position, self.position + size
        return self._data[start : self.position]
