# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Open a storage file by what it is, and by the state that it is in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.mcap_file import McapFile
from octo_ros.data.bags.sqlite_file import SqliteFile, missing_bytes
from octo_ros.data.bags.sqlite_journal import leftover, recover
from octo_ros.data.bags.sqlite_pages import SqlitePages
from octo_ros.data.bags.storage import DamagedFileError, StorageFile


def open_storage(
    path: Path, log: LossLog | None, name: str, scratch: Callable[[], Path]
) -> StorageFile:
    """Open a `.mcap` or `.db3` file.

    Args:
        path: The file.
        log: Takes what is lost; None to stop at the first damage.
        name: How to call it in sentences.
        scratch: Gives a folder for a recovered copy.

    Raises:
        DamagedFileError: It is damaged, and there is no log; or nothing of it can be read.
    """
    if path.suffix == '.mcap':
        return McapFile(path, log, name)
    left = leftover(path)
    if log is None:
        if left:
            msg = f'{left} was left beside it: the recorder did not finish'
            raise DamagedFileError(msg)
        return SqliteFile(path, None, name)
    try:
        if left:
            sentence = f'{name}: {left} was left beside it: the recorder did not finish.'
            log.add((name, 'left'), sentence, 0, 0)
            return SqliteFile(recover(path, scratch()), log, name)
        return SqliteFile(path, log, name)
    except DamagedFileError as error:
        file = SqlitePages(path, log, name)
        log.add((name, 'damaged'), f'{name}: {error}.', 0, missing_bytes(path))
        return file
