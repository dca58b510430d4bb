# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.measures.actions import KEPT_OUTLIERS, action_fields


def facts_of(make, *columns, **changes):
    """One episode per column; it becomes x."""
    episodes = []
    for index, values in enumerate(columns):
        part = make.part(make.proprio(len(values)))
        part.actions[:, 0] = values
        episodes.append(make.episode(str(index), parts=[part]))
    return make.facts(episodes, **changes)


def test_figures_are_over_all_episodes(make):
    values = np.linspace(-1.0, 1.0, 201)
    x, *_, gripper = action_fields(facts_of(make, values[:80], values[80:]))
    assert (x.name, x.unit, gripper.name, gripper.unit) == ('x', 'm', 'gripper', '')
    assert (x.minimum, x.maximum) == (-1.0, 1.0)
    assert x.p01 == pytest.approx(-0.98)
    assert x.p99 == pytest.approx(0.98)
    assert x.mean == pytest.approx(0.0, abs=1e-7)
    assert x.std == pytest.approx(values.std())
    assert sum(x.counts) == 201
    assert x.saturated == pytest.approx(2 / 201)


def test_rotations_and_joints_are_angles(make):
    assert [f.unit for f in action_fields(make.facts())] == ['m'] * 3 + ['rad'] * 3 + ['']
    joint = action_fields(make.facts(action_source='joint'))
    assert [f.unit for f in joint] == ['rad'] * 6 + ['']


def test_outliers_are_found_with_episode_and_step(make):
    calm = np.linspace(-0.01, 0.01, 300)
    wild = calm.copy()
    wild[[17, 33]] = 0.5, -0.9
    x = action_fields(facts_of(make, calm, wild))[0]
    assert x.outlier_count == 2
    assert [(o.place, o.part, o.step) for o in x.outliers] == [
        ('run_7 1', 1, 33),
        ('run_7 1', 1, 17),
    ]
    assert x.outliers[0].value == pytest.approx(-0.9)


def test_only_the_farthest_outliers_are_kept(make):
    values = np.zeros(2000)
    values[:] = np.linspace(-0.01, 0.01, 2000)
    values[:10] = np.arange(1, 11)
    x = action_fields(facts_of(make, values))[0]
    assert x.outlier_count == 10
    assert [o.step for o in x.outliers] == [9, 8, 7, 6, 5]
    assert len(x.outliers) == KEPT_OUTLIERS


def test_numbers_that_are_none_are_counted_and_left_out(make):
    values = np.linspace(-1.0, 1.0, 50)
    values[[3, 4]] = np.nan, np.inf
    x = action_fields(facts_of(make, values))[0]
    assert x.not_finite == 2
    assert (x.maximum, sum(x.counts)) == (1.0, 48)
    nothing = action_fields(facts_of(make, np.full(10, np.nan)))[0]
    assert (nothing.not_finite, nothing.mean, sum(nothing.counts)) == (10, 0.0, 0)


def test_a_constant_number_has_one_bar(make):
    x = action_fields(facts_of(make, np.full(20, 0.25)))[0]
    assert (x.std, x.saturated, max(x.counts)) == (0.0, 1.0, 20)


def test_holds_are_no_saturation(make):
    values = np.concatenate([np.linspace(0.001, 0.01, 40), np.zeros(10)])
    assert action_fields(facts_of(make, values))[0].saturated == pytest.approx(1 / 50)


def test_without_steps_there_is_nothing(make):
    assert action_fields(make.facts([])) == ()
