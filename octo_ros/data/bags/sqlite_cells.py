# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of sqlite3 tables found in their pages, without the trees that lead to them.

The file format is described at https://www.sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

LEAF = 0x0D
HEADER_SIZE = 100
# Length of an integer by its serial type; 8 and 9 are the numbers 0 and 1.
INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
# With NULL and float.
NUMBERS = {0: 0, 7: 8, **INTEGERS}


class Cell(NamedTuple):
    """One row as it lies in a leaf page.

    Attributes:
        row: Its number.
        columns: Serial type, begin and length of every column within the payload.
        size: Length of the payload.
        local: The part of the payload that lies in the page.
        overflow: Page where the payload goes on; 0 if it does not.
    """

    row: int
    columns: tuple[tuple[int, int, int], ...]
    size: int
    local: bytes
    overflow: int

    def integer(self, column: int) -> int:
        """An integer column; it must lie in the page."""
        kind, begin, size = self.columns[column]
        if kind in (8, 9):
            return kind - 8
        return int.from_bytes(self.local[begin : begin + size], 'big', signed=True)


def is_null(kind: int) -> bool:
    """Whether a serial type means NULL, as a row's own number is stored."""
    return kind == 0


def is_integer(kind: int) -> bool:
    """Whether a serial type is an integer."""
    return kind in INTEGERS


def is_blob(kind: int) -> bool:
    """Whether a serial type is a blob."""
    return kind >= 12 and kind % 2 == 0


def is_text(kind: int) -> bool:
    """Whether a serial type is a text."""
    return kind >= 13 and kind % 2 == 1


def cells(page: bytes, first: bool, usable: int) -> Iterator[Cell]:
    """The rows of a page that is a leaf of a table; damaged ones are left out.

    Args:
        page: Content of the page.
        first: Whether it is the file's first page.
        usable: Bytes of a page that hold data.
    """
    start = HEADER_SIZE if first else 0
    if page[start] != LEAF:
        return
    (count,) = struct.unpack_from('>H', page, start + 3)
    if start + 8 + 2 * count > usable:
        return
    for pointer in struct.unpack_from(f'>{count}H', page, start + 8):
        if start + 8 + 2 * count <= pointer < usable:
            try:
                yield _cell(page, pointer, usable)
            except (IndexError, ValueError, KeyError, struct.error):
                continue  # The row is lost; its reader counts the numbers that are missing.


def _cell(page: bytes, place: int, usable: int) -> Cell:
    size, place = _varint(page, place)
    row, place = _varint(page, place)
    limit = usable - 35
    local = size
    if size > limit:
        least = (usable - 12) * 32 // 255 - 23
        surplus = least + (size - least) % (usable - 4)
        local = surplus if surplus <= limit else least
    if place + local + (4 if local < size else 0) > usable:
        msg = 'row is longer than its page'
        raise ValueError(msg)
    content = page[place : place + local]
    overflow = struct.unpack_from('>I', page, place + local)[0] if local < size else 0
    return Cell(row, _columns(content, size), size, content, overflow)


def _columns(content: bytes, size: int) -> tuple[tuple[int, int, int], ...]:
    end, place = _varint(content, 0)
    begin, found = end, []
    while place < end:
        kind, place = _varint(content, place)
        length = (kind - 12) // 2 if kind >= 12 else NUMBERS[kind]
        found.append((kind, begin, length))
        begin += length
    if begin != size or place != end:
        msg = 'columns do not fill their row'
        raise ValueError(msg)
    return tuple(found)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for number in range(9):
        byte = data[place + number]
        if number == 8:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + number + 1
    raise AssertionError  # The loop returns at its ninth byte.
