# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np

from octo_ros.data.labels.displacements import achieved
from octo_ros.data.labels.integration import integration_error


def test_the_integration_error_is_what_is_wrong_with_the_actions():
    proprio = np.array([[0.01 * i, 0, 0, 0, 0, 0.02 * i, 1] for i in range(5)])
    actions = achieved(proprio)
    actions[1, 0] += 0.003
    actions[2, 5] -= 0.1
    distance, angle = integration_error(proprio, actions)
    np.testing.assert_allclose([distance, angle], [0.003, 0.1], atol=1e-9)
    assert integration_error(proprio[:1], actions[:0]) == (0, 0)
