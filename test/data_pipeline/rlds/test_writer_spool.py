# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_datasets.proto.tf_feature_generated_pb2 import BytesList

from octo_ros.data.rlds.spool import Spool, wire, wire_size
from octo_ros.errors import DatasetError

SIZES = st.sampled_from([0, 1, 126, 127, 128, 129, 16382, 16383, 16384, 16390])


@given(st.lists(SIZES, max_size=6), st.integers(0, 6), st.integers(0, 6))
def test_any_run_is_the_bytes_list_of_its_pictures(tmp_path_factory, sizes, start, stop):
    pictures = [bytes([i + 1]) * size for i, size in enumerate(sizes)]
    with Spool(tmp_path_factory.mktemp('spool') / 'file') as spool:
        for picture in pictures:
            spool.append(picture)
        found = spool.pictures()
    assert list(found) == pictures
    run, expected = found[start:stop], pictures[start:stop]
    assert list(run) == expected
    data = b''.join(wire(run))
    assert data == BytesList(value=expected).SerializeToString()
    assert wire_size(run) == len(data) == wire_size(expected)
    assert b''.join(wire(expected)) == data


def test_numbers_stand_bare(tmp_path):
    rows = [bytes([i]) * 8 for i in range(4)]
    with Spool(tmp_path / 'file', framed=False) as spool:
        for row in rows:
            spool.append(row)
        run = spool.pictures()[1:]
    assert list(run) == rows[1:]
    assert b''.join(wire(run)) == b''.join(wire(rows[1:], framed=False)) == b''.join(rows[1:])
    assert wire_size(run) == wire_size(rows[1:], framed=False) == 24


def test_only_runs_are_sliced(tmp_path):
    with Spool(tmp_path / 'file') as spool, pytest.raises(ValueError, match='consecutive'):
        spool.pictures()[::2]


def test_a_spool_that_was_cut_short_is_noticed(tmp_path):
    with Spool(tmp_path / 'file') as spool:
        spool.append(b'0123456789')
        found = spool.pictures()
    (tmp_path / 'file').write_bytes(b'\x0a\x0a01')
    with pytest.raises(DatasetError, match='ends at byte 4 instead of 12'):
        b''.join(wire(found))
