# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A finished directory takes the place of another one, at once."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

from octo_ros.durable import sync

AT_FDCWD = -100
RENAME_EXCHANGE = 2  # linux/fs.h


def publish(new: Path, target: Path) -> None:
    """Let `new` appear as `target`, whole, whatever happens meanwhile.

    Where there is a `target` already, the two change places, so that `new` then is the old one.
    Where the file system cannot exchange two directories, the old one is first put aside: for a
    moment there is none, and `recover` brings it back after a crash in that moment.
    """
    for path in (*new.rglob('*'), new):
        sync(path)
    if not target.exists():
        new.rename(target)
    elif not _exchanged(new, target):
        aside = _aside(target)
        target.rename(aside)
        new.rename(target)
        aside.rename(new)
    sync(target.parent)


def recover(target: Path) -> None:
    """Undo an exchange that a crash cut in two."""
    aside = _aside(target)
    if aside.exists():
        if target.exists():
            shutil.rmtree(aside)
        else:
            aside.rename(target)


def _aside(target: Path) -> Path:
    return target.parent / f'.{target.name}.old'


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two paths in one step; False if this system cannot."""
    if sys.platform != 'linux':
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), 'renameat2', None)
    if rename is None:  # glibc before 2.28
        return False
    return rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0
