# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.page import data_uri, write_whole


def test_bytes_as_an_address():
    assert data_uri(b'abc', 'image/jpeg') == 'data:image/jpeg;base64,YWJj'


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / 'report.html'
    path.write_text('old')
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, 'new \ud800')
    assert path.read_text() == 'old'
    write_whole(path, 'new')
    assert path.read_text() == 'new'
    assert list(tmp_path.iterdir()) == [path]
