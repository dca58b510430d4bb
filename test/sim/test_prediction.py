# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the TCP will be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.geometry import Pose
from octo_ros.sim.prediction import SentMotion

MS = 1_000_000
LAG = 60 * MS
STEP = np.array([0.01, 0.0, 0.0])
TURN = np.array([0.0, 0.0, 0.1])
HERE = Pose.from_xyz_rpy()


def sent(*starts_ms):
    motion = SentMotion(0.1)
    for start in starts_ms:
        motion.add(start * MS, STEP, TURN)
    return motion


def test_nothing_sent_means_nothing_moves():
    ahead = SentMotion(0.1).ahead(HERE, 0, 300 * MS)
    np.testing.assert_array_equal(ahead.position, HERE.position)


@pytest.mark.parametrize(
    ('seen_ms', 'until_ms', 'steps'),
    [
        (1060, 1100, 1.0),  # all of the first step is still to come
        (1110, 1110, 0.6),  # seen half way through it, of which the lag hides 60 ms
        (1160, 1200, 1.0),  # the first is done, the second is to come
        (1060, 1200, 2.0),
        (2000, 2100, 0.0),
    ],
)
def test_what_is_on_its_way_is_added(seen_ms, until_ms, steps):
    ahead = sent(1000, 1100).ahead(HERE, seen_ms * MS, until_ms * MS)
    assert ahead.position[0] == pytest.approx(steps * 0.01)
    assert ahead.rpy[2] == pytest.approx(steps * 0.1)


def test_a_step_with_the_same_start_takes_the_place_of_the_old_one():
    motion = sent(1000, 1000)
    assert motion.ahead(HERE, 1060 * MS, 1100 * MS).position[0] == pytest.approx(0.01)


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(0, 6000), st.integers(0, 400))
def test_never_more_than_was_sent_in_the_time(starts, seen_ms, span_ms):
    motion = sent(*sorted(100 * start for start in set(starts)))
    ahead = motion.ahead(HERE, seen_ms * MS, (seen_ms + span_ms) * MS)
    assert 0.0 <= ahead.position[0] <= 0.1 * (span_ms * MS + LAG) / 1e9 + 1e-12
