# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A policy that always predicts the same path, seen from wherever the arm stands on it."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from .timing import MS, PERIOD, TICK_MS, Motion, chunk, random_actions, spec_of, turn


def follow_one_path(data, make_scheduler):
    """Whatever comes late, in bursts or never: the arm gets along the path as far as it moved.

    The policy knows a path of steps; a chunk holds the steps that follow the pose commanded at the
    chunk's start. A scheduler that loses or doubles a part of a step leaves the path for good.
    """
    dt_ms = data.draw(st.sampled_from([50, 100]), 'action_dt')
    horizon = data.draw(st.integers(1, 6), 'horizon')
    ticks = 30
    steps = random_actions(np.random.default_rng(data.draw(st.integers(0, 2**32 - 1))), 100)
    spec = spec_of(horizon, dt_ms)
    scheduler = make_scheduler(spec)
    latencies = st.one_of(st.none(), st.just(0), st.integers(0, 8))
    latency = data.draw(st.lists(latencies, min_size=ticks, max_size=ticks), 'latencies')
    on_its_way, done_ms, arm = [], 0, Motion()
    for tick in range(ticks):
        if latency[tick] is not None:
            assert done_ms % dt_ms == 0
            first = done_ms // dt_ms
            made = chunk(
                steps[first : first + horizon], dt_ms, tick * TICK_MS, tick * TICK_MS - 50, tick
            )
            on_its_way.append((tick + latency[tick], made))
        for due, made in on_its_way:
            if due == tick:
                scheduler.add(made)
        wanted = scheduler.displacement(tick * PERIOD, PERIOD)
        if wanted is not None:
            arm.add_displacement(wanted)
            done_ms += wanted.covered_ns // MS
            assert wanted.gripper == steps[-(-done_ms // dt_ms) - 1, 6]
        expected = Motion()
        for step in steps[: done_ms // dt_ms]:
            expected.add(step[:3], turn(step, 1.0))
        assert arm.distance(expected) < 1e-9
