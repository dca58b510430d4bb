# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.labels.gripper_scale import gripper_scale
from octo_ros.embodiment import Gripper, load_embodiment
from octo_ros.errors import BagError

WIDOWX, FRANKA, UR5 = (load_embodiment(name).gripper for name in ('widowx', 'franka', 'ur5'))


@pytest.mark.parametrize(
    ('gripper', 'values', 'expected'),
    [
        (WIDOWX, (0.015, 0.037), 'joint'),
        (WIDOWX, (0.037,), 'joint'),
        (WIDOWX, (0, 1), 'opening'),
        (WIDOWX, (1,), 'opening'),
        (WIDOWX, (0.3, 0.7), 'opening'),
        (FRANKA, (0, 0.04), 'joint'),
        (FRANKA, (0, 1), 'opening'),
        (FRANKA, (0,), 'joint'),
        (UR5, (0, 0.7929), 'joint'),
        (UR5, (0, 1), 'opening'),
        (UR5, (0, 0.2, 0.4, 0.79), 'joint'),
        (UR5, (0.1, 0.4), 'joint'),
        (Gripper(joint='g', open_position=1.0, closed_position=0.0), (0, 0.4), 'joint'),
        (Gripper(joint='g', open_position=0.0, closed_position=0.8), (0, 0.2, 0.96), 'opening'),
    ],
)
def test_the_range_tells_what_the_numbers_mean(gripper, values, expected):
    assert gripper_scale(values, gripper, '/g') == expected


@pytest.mark.parametrize(
    ('gripper', 'values'),
    [
        (UR5, (0,)),  # open by the joint, closed as an opening
        (UR5, (0.2, 0.6)),
        (FRANKA, (0, 0.08)),  # the width between the fingers, not the travel of one
        (WIDOWX, (0,)),
        (WIDOWX, (0, 255)),
        (Gripper(joint='g', open_position=0.0, closed_position=1.0), (0, 1)),
    ],
)
def test_what_may_mean_either_or_neither_is_refused(gripper, values):
    with pytest.raises(BagError, match=r'/g holds gripper commands .*leave --gripper-topic out'):
        gripper_scale(values, gripper, '/g')
