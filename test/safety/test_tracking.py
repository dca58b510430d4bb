# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reference against measurement."""

import numpy as np
import pytest

from octo_ros.safety.tracking import TrackingCheck

JOINTS = ('a', 'b', 'c', 'd', 'e', 'f')


@pytest.mark.parametrize('error', [0.0, 0.149, -0.149])
def test_a_small_difference_is_no_problem(error):
    assert TrackingCheck(JOINTS, 0.15).problem(np.full(6, error), np.zeros(6)) is None


@pytest.mark.parametrize(
    ('error', 'said'), [(0.2, '0.2000'), (-0.1512, '0.1512'), (np.nan, 'nan')]
)
def test_one_joint_decides_and_is_named(error, said):
    measured = np.full(6, 0.1)
    measured[3] = error
    problem = TrackingCheck(JOINTS, 0.15).problem(np.zeros(6), measured)
    assert problem == f'd is {said} rad away from its reference; allowed are 0.15 rad.'
