# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.spacing import check_spacing
from octo_ros.data.report.episode_report import Spacing

MS = 1_000_000


def test_deviations_from_the_period_are_measured_within_parts():
    spacing = Spacing.of([[0, 90 * MS], [500 * MS, 630 * MS, 730 * MS]], 100 * MS, 50 * MS)
    assert spacing == Spacing(100.0, pytest.approx(13.333), pytest.approx(28.0), 30.0, 20.0)


def test_a_camera_of_another_rate_is_told_with_the_rate_that_fits(make):
    times = [round(i * 1e9 / 15) for frames in range(0, 90, 3) for i in (frames, frames + 1)]
    uneven = Spacing.of([times], 100 * MS, 1e9 / 15)
    (finding,) = check_spacing(make.measured([make.episode('3', spacing=uneven)]))
    assert (finding.severity.value, finding.places) == ('warning', ('run_7 3',))
    assert 'should be 100 ms long are off by 33 ms' in finding.sentence
    assert finding.remedy.endswith('15 Hz; what fits it is --hz 15 or --hz 7.5.')


def test_a_fifth_of_the_period_is_good_enough(make, found):
    spacing = Spacing(100.0, 5.0, 20.0, 50.0)
    assert found(check_spacing, [make.episode(spacing=spacing)]) == []
    worse = Spacing(100.0, 5.0, 20.1, 50.0)
    assert found(check_spacing, [make.episode(spacing=worse)]) == [('uneven_steps', 'warning')]
