# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np

from octo_ros.data.report.measures.motion import achieved_motion, integrated_positions
from octo_ros.geometry import Pose, matrix_from_rpy


def test_motion_is_what_displaces_one_pose_to_the_next(make):
    proprio = make.proprio(20, seed=3)
    motion = achieved_motion(proprio)
    poses = [Pose.from_xyz_rpy(row[:3], row[3:6]) for row in proprio]
    for pose, following, row in zip(poses, poses[1:], motion, strict=False):
        translation, rotation = pose.displacement_to(following)
        np.testing.assert_allclose(row[:6], [*translation, *rotation], atol=1e-9)
    np.testing.assert_allclose(motion[:, 6], np.diff(proprio[:, 6]))


def test_achieved_actions_lead_along_the_path(make):
    part = make.part()
    np.testing.assert_allclose(integrated_positions(part), part.proprio[:, :3], atol=1e-6)


def test_one_step_leads_nowhere(make):
    part = make.part(make.proprio(1))
    np.testing.assert_array_equal(integrated_positions(part), part.proprio[:, :3])


def test_a_quarter_turn_in_pitch_has_no_unique_angles_but_a_motion():
    proprio = np.zeros((2, 7), np.float32)
    proprio[1, 4] = np.pi / 2
    turn = matrix_from_rpy(achieved_motion(proprio)[0, 3:6])
    np.testing.assert_allclose(turn, matrix_from_rpy(proprio[1, 3:6]), atol=1e-6)
