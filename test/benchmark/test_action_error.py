# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Errors per dimension, by hand."""

import numpy as np
import pytest

from octo_ros.benchmark.action_error import ActionError
from octo_ros.errors import PolicyError


def test_each_dimension_has_its_own_errors():
    reference = np.zeros((2, 2, 7), np.float32)
    actions = reference.copy()
    actions[0, 0, 0] = 3
    actions[1, 1, 0] = -4
    actions[0, 1, 6] = 0.5
    error = ActionError.between(actions, reference)
    assert list(error.max) == ['x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper']
    assert (error.max['x'], error.max['y'], error.max['gripper']) == (4, 0, 0.5)
    assert error.rms['x'] == pytest.approx(2.5)
    assert error.largest == 4


def test_foreign_action_spaces_have_numbers():
    error = ActionError.between(np.ones((1, 3), np.float32), np.zeros((1, 3), np.float32))
    assert error.max == {'0': 1, '1': 1, '2': 1}


def test_what_is_not_finite_is_refused():
    wrong = np.full((1, 7), np.nan, np.float32)
    with pytest.raises(PolicyError, match='not finite'):
        ActionError.between(wrong, np.zeros((1, 7), np.float32))
