# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np

from octo_ros.geometry import matrix_from_rotation_vector, matrix_from_rpy
from octo_ros.policy.chunking.chunk_path import ChunkPath
from octo_ros.policy.chunking.tick_motion import TickMotion
from octo_ros.policy.chunking.timestamped import Placed

from .timing import MS, chunk


def test_no_motion_is_none():
    assert TickMotion().displacement() is None


def test_pieces_follow_one_another():
    path = ChunkPath(chunk(np.zeros((2, 7))))
    first, then = np.array([0.4, 0.0, 0.0]), np.array([0.0, 0.5, 0.0])
    motion = TickMotion()
    motion.add(np.array([1.0, 0, 0]), first, 30 * MS, 1.0, Placed(path, 70 * MS))
    motion.add(np.array([0, 2.0, 0]), then, 50 * MS, 0.0, Placed(path, 100 * MS))
    wanted = motion.displacement()
    np.testing.assert_array_equal(wanted.translation, [1, 2, 0])
    turned = matrix_from_rotation_vector(then) @ matrix_from_rotation_vector(first)
    np.testing.assert_allclose(matrix_from_rpy(wanted.rotation), turned, atol=1e-15)
    assert (wanted.gripper, wanted.chunk, wanted.chunk_index) == (0.0, path.chunk, 1)
    assert wanted.covered_ns == 80 * MS
