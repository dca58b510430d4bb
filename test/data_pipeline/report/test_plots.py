# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from octo_ros.data.report import plots
from octo_ros.data.report.measures.actions import action_fields


def marks(svg, kind):
    root = ElementTree.fromstring(svg)
    return [mark for mark in root.iter() if mark.get('class') == kind]


def numbers(mark):
    return np.array(re.findall(r'-?\d+\.?\d*', mark.get('d')), float).reshape(-1, 2)


def test_a_histogram_has_its_bars_and_percentiles(make):
    field = action_fields(make.facts())[0]
    svg = plots.histogram(field)
    (bars,) = marks(svg, 'bar')
    assert bars.get('d').count('M') == np.count_nonzero(field.counts)
    assert len(marks(svg, 'p')) == 2
    assert len(marks(svg, 'zero')) == 1
    assert f'{field.maximum:.4g}' in svg


def test_a_constant_number_can_be_drawn(make):
    part = make.part()
    part.actions[:, 0] = 0.5
    svg = plots.histogram(action_fields(make.facts([make.episode(parts=[part])]))[0])
    assert not marks(svg, 'p')


def test_lag_zero_and_a_wrong_peak_stand_out(make):
    right = make.measured().lag
    assert len(marks(plots.lags(right), 'bar')) == 1
    assert not marks(plots.lags(right), 'hot')
    part = make.part()
    part.actions[:] = np.roll(part.actions, -1, axis=0)
    wrong = make.measured([make.episode(parts=[part])]).lag
    assert len(marks(plots.lags(wrong), 'hot')) == 1


def test_both_paths_are_drawn_in_both_views(make):
    part = make.part()
    svg = plots.paths([part], with_actions=True)
    recorded, made = marks(svg, 'recorded'), marks(svg, 'integrated')
    assert (len(recorded), len(made)) == (2, 2)
    np.testing.assert_allclose(numbers(recorded[0]), numbers(made[0]), atol=0.11)
    # Up on the page is y from above and z from the side.
    for line, axis in zip(recorded, (1, 2), strict=True):
        assert np.argmin(numbers(line)[:, 1]) == np.argmax(part.proprio[:, axis])
        assert np.argmax(numbers(line)[:, 0]) == np.argmax(part.proprio[:, 0])


def test_actions_that_lead_astray_are_seen(make):
    part = make.part()
    part.actions[:, 1] += 0.01
    svg = plots.paths([part], with_actions=True)
    recorded, made = (numbers(marks(svg, kind)[0]) for kind in ('recorded', 'integrated'))
    assert made[-1, 1] < recorded[-1, 1] - 20.0


def test_joint_actions_have_a_recorded_path_only(make):
    svg = plots.paths([make.part()], with_actions=False)
    assert len(marks(svg, 'recorded')) == 2
    assert not marks(svg, 'integrated')


def test_long_paths_are_thinned_and_odd_ones_left_out(make):
    svg = plots.paths([make.part(make.proprio(5000))], with_actions=True)
    assert len(svg) < 8000
    assert plots.paths([], with_actions=True) is None
    spoilt = make.part()
    spoilt.proprio[3, 1] = np.nan
    assert plots.paths([spoilt], with_actions=True) is None


def test_an_arm_that_stands_still_can_be_drawn(make):
    still = np.tile(make.proprio(1), (5, 1))
    assert len(marks(plots.paths([make.part(still)], with_actions=True), 'recorded')) == 2
