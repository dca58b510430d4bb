# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Open a storage file by what it is."""

from __future__ import annotations

from pathlib import Path

from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.mcap_file import McapFile
from octo_ros.data.bags.sqlite_file import SqliteFile
from octo_ros.data.bags.storage import StorageFile


def open_storage(path: Path, log: LossLog | None, name: str) -> StorageFile:
    """Open a `.mcap` or `.db3` file.

    Args:
        path: The file.
        log: Takes what is lost; None to stop at the first damage.
        name: How to call it in sentences.

    Raises:
        DamagedFileError: It is damaged, and there is no log; or nothing of it can be read.
    """
    if path.suffix == '.db3':
        return SqliteFile(path, log, name)
    return McapFile(path, log, name)
