# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.checks.angles import check_angle_wrap


@pytest.mark.parametrize(('step', 'told'), [(3.14, False), (3.15, True)])
def test_half_a_turn_between_steps(make, found, step, told):
    part = make.part()
    part.proprio[:, 3:6] = 0.0
    part.proprio[10:, 5] = np.float32(step)
    assert found(check_angle_wrap, [make.episode(parts=[part])]) == (
        [('angle_wrap', 'note')] if told else []
    )
