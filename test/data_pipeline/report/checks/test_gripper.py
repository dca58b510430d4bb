# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.checks.gripper import check_gripper_moves, check_gripper_range


def with_gripper(make, low, high):
    part = make.part()
    part.actions[:, 6] = np.linspace(low, high, len(part.actions))
    return [make.episode(parts=[part])]


@pytest.mark.parametrize(
    ('low', 'high', 'told'),
    [(0.0, 1.0, False), (-0.001, 1.0, True), (0.0, 1.001, True), (0.0, 0.08, False)],
)
def test_range(make, found, low, high, told):
    expected = [('gripper_range', 'error')] if told else []
    assert found(check_gripper_range, with_gripper(make, low, high)) == expected


@pytest.mark.parametrize(
    ('low', 'high', 'state'),
    [(0.49, 0.5, ''), (0.5, 1.0, 'open'), (0.0, 0.49, 'closed')],
)
def test_both_states_must_come(make, low, high, state):
    findings = list(check_gripper_moves(make.measured(with_gripper(make, low, high))))
    assert [state in finding.sentence for finding in findings] == ([True] if state else [])


def test_not_every_action_has_a_gripper(make, found):
    episodes = with_gripper(make, -5.0, -4.0)
    assert found(check_gripper_range, episodes, gripper_index=None) == []
    assert found(check_gripper_moves, episodes, gripper_index=None) == []
