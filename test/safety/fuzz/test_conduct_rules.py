# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The times to rest that are required of each robot."""

from __future__ import annotations

import pytest

from octo_ros.safety.fuzz.conduct_rules import rest_within, stop_time

REST = {'franka': 0.45, 'fr3': 0.45, 'ur5': 0.65, 'ur5e': 0.65, 'widowx': 0.65}
STOP = {'franka': 0.175, 'fr3': 0.180, 'ur5': 0.376, 'ur5e': 0.376, 'widowx': 0.355}


def test_they_are_those_of_the_specification(any_robot):
    embodiment, _, _ = any_robot
    assert stop_time(embodiment) == pytest.approx(STOP[embodiment.name], abs=1e-3)
    assert rest_within(embodiment) == pytest.approx(REST[embodiment.name], abs=1e-9)
