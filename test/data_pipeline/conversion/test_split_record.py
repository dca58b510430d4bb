# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.data.conversion.split_record import record_rows
from octo_ros.data.rlds.spool import SpooledPictures


def spooled(sizes):
    return SpooledPictures(Path('unused'), np.cumsum([0, *sizes]))


def test_what_fits_stays_whole():
    assert record_rows([spooled([10] * 9)], range(2, 7), 1, limit=55) == [range(2, 7)]


def test_what_does_not_is_cut_evenly():
    pictures = [spooled([10] * 12), spooled([5] * 12)]
    assert record_rows(pictures, range(2, 12), 1, limit=100) == [range(2, 7), range(7, 12)]


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30), st.integers(60, 300))
def test_pieces_cover_the_rows_and_fit(sizes, limit):
    pieces = record_rows([spooled(sizes)], range(len(sizes)), 2, limit=limit)
    assert [row for piece in pieces for row in piece] == list(range(len(sizes)))
    assert all(sum(sizes[i] + 2 for i in piece) <= limit for piece in pieces)


def test_one_row_that_is_too_large_is_left_to_the_writer_to_refuse():
    assert record_rows([spooled([500, 1])], range(2), 0, limit=100) == [range(1), range(1, 2)]


@pytest.mark.parametrize('rows', [range(1), range(3, 4)])
def test_a_single_row_is_one_record(rows):
    assert record_rows([spooled([5] * 4)], rows, 0, limit=100) == [rows]
