# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from octo_ros.geometry import matrix_from_rotation_vector, matrix_from_rpy
from octo_ros.policy.chunking.chunk_path import ChunkPath, row_ns

from .timing import MS, chunk, random_actions, spec_of


def test_rows_follow_one_another():
    path = ChunkPath(chunk(np.zeros((3, 7)), dt_ms=70))
    assert path.span_ns == 210 * MS
    assert [path.row(ms * MS) for ms in (0, 69, 70, 139, 140, 209)] == [0, 0, 1, 1, 2, 2]
    assert [path.rest_of_row(ms * MS) // MS for ms in (0, 69, 70)] == [70, 1, 70]


def test_time_of_an_action_is_whole_nanoseconds():
    assert row_ns(spec_of(4, 1000 / 15)) == 66_666_667


@pytest.mark.parametrize('parts', [1, 2, 7])
def test_parts_of_a_rotation_make_the_whole(parts):
    actions = random_actions(np.random.default_rng(3), 4)
    vectors = ChunkPath(chunk(actions)).rotation_vectors
    for action, vector in zip(actions, vectors, strict=True):
        part = matrix_from_rotation_vector(vector / parts)
        whole = np.linalg.matrix_power(part, parts)
        np.testing.assert_allclose(whole, matrix_from_rpy(action[3:6]), atol=1e-14)
