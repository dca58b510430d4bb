# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A file of a bag, read piece by piece by position."""

from __future__ import annotations

import os
from pathlib import Path

from octo_ros.data.bags.storage import DamagedFileError


class RecordFile:
    """Reads pieces of a file; asking for more than there is gives an error, not less.

    Args:
        path: The file; it stays open until `close`.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        self.size = os.fstat(self._descriptor).st_size

    def close(self) -> None:
        """Release the file; further calls do nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def some(self, place: int, size: int) -> bytes:
        """Up to `size` bytes."""
        data = os.pread(self._descriptor, size, place)
        while len(data) < min(size, self.size - place):
            more = os.pread(self._descriptor, size - len(data), place + len(data))
            if not more:
                break
            data += more
        return data

    def exactly(self, place: int, size: int) -> bytes:
        """Exactly `size` bytes.

        Raises:
            DamagedFileError: The file ends before.
        """
        data = self.some(place, size) if place + size <= self.size else b''
        if len(data) != size:
            msg = f'it ends at byte {self.size}, within a record'
            raise DamagedFileError(msg)
        return data
