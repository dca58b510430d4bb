# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.checks.lag import check_lag


def shifted(make, lag, noise=0.0):
    """An episode whose arm moves `lag` steps after the actions say so."""
    random = np.random.default_rng(1)
    proprio = make.proprio(60)
    # Restless enough that neighbouring steps differ.
    proprio[:, :6] += np.cumsum(random.normal(0.0, 0.004, (60, 6)), axis=0)
    part = make.part(proprio)
    part.actions[:, :6] = np.roll(part.actions[:, :6], -lag, axis=0)
    part.actions[:, :6] += random.normal(0.0, noise, (60, 6)) if noise else 0.0
    return [make.episode(parts=[part])]


@pytest.mark.parametrize('lag', [-1, 0, 1, 3])
def test_commands_may_not_lead_or_lag(make, found, lag):
    expected = [('lag_peak', 'warning')] if lag else []
    assert found(check_lag, shifted(make, lag), action_source='command_delta') == expected


def test_a_shift_of_achieved_actions_is_an_error(make, found):
    assert found(check_lag, shifted(make, 0)) == []
    assert found(check_lag, shifted(make, 1)) == [('lag_peak', 'error')]


def test_commands_of_another_arm(make, found):
    episodes = shifted(make, 0, noise=0.3)
    expected = [('lag_unclear', 'warning')]
    assert found(check_lag, episodes, action_source='command_delta') == expected


def test_few_steps_tell_nothing(make, found):
    episode = make.episode(parts=[make.part(make.proprio(5))])
    assert found(check_lag, [episode]) == []
