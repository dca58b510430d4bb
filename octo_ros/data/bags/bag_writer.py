# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Write a bag of serialised messages without ROS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.rosbag2.errors import WriterError
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from octo_ros.errors import BagError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# What Jazzy writes; Humble's own tools read up to 5, but take the MCAP file itself.
BAG_VERSION = 9


class BagWriter:
    """An MCAP bag; valid only after `close`.

    Args:
        path: Directory of the bag; must not exist.

    Raises:
        BagError: The directory exists or cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._types = get_typestore(Stores.ROS2_JAZZY)
        self._writer = Writer(path, version=BAG_VERSION, storage_plugin=StoragePlugin.MCAP)
        self._open = False
        try:
            self._writer.open()
        except (WriterError, OSError) as error:
            msg = f'Cannot write the bag {path}: {error}'
            raise BagError(msg) from None
        self._open = True

    def topic(self, name: str, type_name: str, definition: str) -> Callable[[int, bytes], None]:
        """Announce a topic.

        Args:
            name: Topic name.
            type_name: Such as `sensor_msgs/msg/Image`.
            definition: Its message definition with those of all types that it uses.

        Returns:
            A function that writes one serialised message with its receive time [ns]; after `close`
            it does nothing.
        """
        if type_name not in self._types.fielddefs:
            known = self._types.fielddefs
            new = get_types_from_msg(definition, type_name)
            self._types.register({key: value for key, value in new.items() if key not in known})
        connection = self._writer.add_connection(name, type_name, typestore=self._types)

        def write(received_ns: int, data: bytes) -> None:
            if self._open:
                self._writer.write(connection, received_ns, data)

        return write

    def close(self) -> None:
        """Finish the bag; further calls do nothing."""
        if self._open:
            self._open = False
            self._writer.close()
