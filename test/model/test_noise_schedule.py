# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.model.noise_schedule import NoiseSchedule


def test_schedule():
    schedule = NoiseSchedule.cosine(20)
    assert schedule.betas[0] == pytest.approx(0.007993, abs=1e-6)
    assert schedule.betas[-1] == np.float32(0.999)
    assert schedule.alpha_hats[-1] == pytest.approx(6.06e-6, rel=1e-2)


@pytest.mark.parametrize('t', range(20))
def test_a_step_back_leads_to_the_expected_actions(t):
    """The mean of q(x_(t-1) | x_t, x_0) (Ho et al. 2020, eq. 7), written with x_0."""
    schedule = NoiseSchedule.cosine(20)
    step = schedule.ddpm_step(t)
    before = schedule.alpha_hats[t - 1] if t > 0 else 1.0
    alpha, hat = (float(values[t]) for values in (schedule.alphas, schedule.alpha_hats))
    clean, noise = 0.7, -1.3
    x = hat**0.5 * clean + (1 - hat) ** 0.5 * noise
    expected = before**0.5 * (1 - alpha) * clean + alpha**0.5 * (1 - before) * x
    assert (x - step.eps * noise) / step.scale == pytest.approx(expected / (1 - hat), rel=1e-4)
    assert step.noise == pytest.approx((1 - alpha) ** 0.5 if t > 0 else 0.0, rel=1e-5)
    assert step.spread == pytest.approx((1 - hat) ** 0.5, rel=1e-5)
