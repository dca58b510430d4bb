# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A serialised message that stays in its file until somebody looks at it."""

from __future__ import annotations

from collections.abc import Callable

from octo_ros.data.bags.storage import DamagedFileError


class Deferred:
    """Reads a message anew whenever it is asked for, while the file is open.

    Args:
        name: The file's name, for sentences.
        start: Gives up to so many bytes from the start of the message.
        whole: Gives all of it.
    """

    def __init__(
        self, name: str, start: Callable[[int], bytes], whole: Callable[[], bytes | memoryview]
    ) -> None:
        self._name = name
        self._start = start
        self._whole = whole

    def start(self, size: int) -> bytes:
        """Up to `size` bytes from the start.

        Raises:
            DamagedFileError: They cannot be read.
        """
        try:
            return self._start(size)
        except DamagedFileError as error:
            raise self._named(error) from error

    def whole(self) -> bytes | memoryview:
        """The serialised message.

        Raises:
            DamagedFileError: It cannot be read.
        """
        try:
            return self._whole()
        except DamagedFileError as error:
            raise self._named(error) from error

    def __bytes__(self) -> bytes:
        return bytes(self.whole())

    def _named(self, error: DamagedFileError) -> DamagedFileError:
        return DamagedFileError(f'{self._name}: {error}')
