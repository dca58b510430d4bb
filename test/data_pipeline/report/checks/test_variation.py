# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.checks.variation import (
    check_constant_numbers,
    check_outliers,
    check_saturation,
)


def with_column(make, values, column=2):
    part = make.part(make.proprio(len(values)))
    part.actions[:, column] = values
    return make.episode(parts=[part])


@pytest.mark.parametrize(('spread', 'told'), [(0.9e-6, True), (1.1e-6, False)])
def test_a_number_must_vary(make, found, spread, told):
    episode = with_column(make, np.tile([-spread, spread], 20))
    expected = [('constant_action', 'warning')] if told else []
    assert found(check_constant_numbers, [episode]) == expected


def test_the_gripper_may_be_constant(make, found):
    episode = with_column(make, np.ones(40), column=6)
    assert found(check_constant_numbers, [episode]) == []


@pytest.mark.parametrize(('at_limit', 'told'), [(4, False), (5, True)])
def test_many_values_at_the_limit(make, found, at_limit, told):
    # One value more is at the other end: 5 and 6 of 100.
    values = np.linspace(-0.01, 0.01, 100)
    values[-at_limit:] = 0.02
    episode = with_column(make, values)
    codes = found(check_saturation, [episode])
    assert codes == ([('saturated_action', 'note')] if told else [])


def test_few_steps_do_not_tell_of_saturation(make, found):
    values = np.tile([0.0, 0.01, 0.02], 13)
    assert found(check_saturation, [with_column(make, values)]) == []


def test_a_value_far_from_all_others(make):
    values = np.tile(np.linspace(-1.0, 1.0, 200) * 0.01, 1)
    near, far = values.copy(), values.copy()
    near[50], far[50] = 0.029, 0.031
    assert not list(check_outliers(make.measured([with_column(make, near)])))
    (finding,) = check_outliers(make.measured([with_column(make, far)]))
    assert finding.places == ('run_7 0 step 50',)
    assert finding.sentence == 'z: 1 value far from all others, the farthest 0.031 m.'
