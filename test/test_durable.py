# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os

import pytest

from octo_ros.durable import sync


def test_files_and_directories_are_flushed_and_closed(tmp_path, monkeypatch):
    file = tmp_path / 'file'
    file.write_bytes(b'content')
    flushed = []
    monkeypatch.setattr(os, 'fsync', lambda number: flushed.append((number, os.fstat(number))))
    for path in (file, tmp_path):
        sync(path)
    assert [found.st_ino for _, found in flushed] == [file.stat().st_ino, tmp_path.stat().st_ino]
    for number, _ in flushed:
        with pytest.raises(OSError, match='Bad file descriptor'):
            os.fstat(number)


def test_nothing_cannot_be_flushed(tmp_path):
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / 'missing')
