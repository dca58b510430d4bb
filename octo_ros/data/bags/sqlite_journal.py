# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a recorder that died leaves beside a sqlite3 file."""

from __future__ import annotations

import shutil
from pathlib import Path

import apsw

from octo_ros.data.bags.storage import DamagedFileError

JOURNAL_MAGIC = b'\xd9\xd5\x05\xf9\x20\xa1\x63\xd7'


def leftover(path: Path) -> str:
    """What lies beside a database that was not closed, as a noun; '' if nothing."""
    log, journal = path.with_name(f'{path.name}-wal'), path.with_name(f'{path.name}-journal')
    if log.exists() and log.stat().st_size > 0:
        return 'a write-ahead log'
    if journal.exists():
        with journal.open('rb') as file:
            if file.read(len(JOURNAL_MAGIC)) == JOURNAL_MAGIC:
                return 'a journal'
    return ''


def recover(path: Path, folder: Path) -> Path:
    """Let sqlite finish a copy of a database with what was left beside it.

    Returns:
        The copy.

    Raises:
        DamagedFileError: It cannot.
    """
    copy = folder / path.name
    for suffix in ('', '-wal', '-journal'):
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    try:
        database = apsw.Connection(str(copy))
        try:
            database.execute('PRAGMA journal_mode=DELETE').fetchall()
            database.execute('SELECT count(*) FROM sqlite_master').fetchall()
        finally:
            database.close(True)
    except apsw.Error as error:
        msg = f'sqlite cannot recover it ({error})'
        raise DamagedFileError(msg) from error
    return copy
