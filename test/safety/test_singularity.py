# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Damping where the arm cannot move."""

import numpy as np

from octo_ros.safety.singularity import NEAR, STRONGEST, damping


def jacobian(smallest):
    return np.diag([1.0, 0.8, 0.5, 0.4, 0.3, smallest])


def test_away_from_singularities_there_is_none():
    assert damping(jacobian(0.2)) == 0.0
    assert damping(jacobian(NEAR)) == 0.0


def test_it_grows_steadily_towards_the_singularity():
    values = [damping(jacobian(s)) for s in np.linspace(NEAR, 0.0, 50)]
    assert (np.diff(values) > 0.0).all()
    assert values[0] == 0.0
    assert values[-1] == STRONGEST
    assert max(np.diff(values)) < 0.1 * STRONGEST
