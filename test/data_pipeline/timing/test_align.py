# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The grid: every tick its own frame, and nothing that had not arrived by then."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.data.timing.align import align, tick_times
from octo_ros.data.timing.feed import Feed
from octo_ros.embodiment import load_embodiment
from octo_ros.geometry import Pose
from octo_ros.observation.missing import Missing

MS = 1_000_000
START = 1_700_000_000_000 * MS
PERIOD = 100 * MS


def tcp_pose(positions):
    return Pose.from_xyz_rpy(positions[:3], positions[3:])


def test_ticks_see_what_a_live_node_would_have_seen(recorded_messages):
    """Every message handed over at its arrival, observed at the same moments: equal arrays."""
    robot = load_embodiment('widowx')
    ticks = tick_times(START + 100 * MS, START + 900 * MS, PERIOD, 13 * MS)
    converted = list(align(recorded_messages, Feed(robot, tcp_pose, None), ticks))
    live = Feed(robot, tcp_pose, None)
    arriving = list(recorded_messages)
    for tick in converted:
        while arriving and arriving[0].received_ns <= tick.time_ns:
            live.add(arriving.pop(0))
        expected = live.builder.observe(tick.time_ns)
        assert tick.observation.stamp_ns == expected.stamp_ns
        np.testing.assert_array_equal(tick.observation.proprio, expected.proprio)
        for key, image in expected.images.items():
            np.testing.assert_array_equal(tick.observation.images[key], image)
            assert tick.frames[key].height == 12


@settings(max_examples=40)
@given(now=st.integers(0, 1100))
def test_the_rest_of_the_recording_changes_nothing(now, recorded_messages):
    """Observing at a tick gives the same whether or not later messages were read already."""
    robot = load_embodiment('widowx')
    tick = START + now * MS
    (early,) = align(iter(recorded_messages), Feed(robot, tcp_pose, None), [tick])
    everything = Feed(robot, tcp_pose, None)
    for message in recorded_messages:
        everything.add(message)
    late = everything.builder.observe(tick)
    if isinstance(early.observation, Missing):
        assert (late.source, late.cause) == (early.observation.source, early.observation.cause)
    else:
        assert late.stamp_ns == early.observation.stamp_ns
        np.testing.assert_array_equal(late.proprio, early.observation.proprio)
