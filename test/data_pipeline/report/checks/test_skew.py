# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.skew import check_skew
from octo_ros.data.report.episode_report import Skew


@pytest.mark.parametrize(
    ('p95_ms', 'severity'), [(50.0, None), (50.1, 'warning'), (100.0, 'warning'), (100.1, 'error')]
)
def test_95_percent_of_the_steps_count(make, found, p95_ms, severity):
    episode = make.episode(skews={'image_wrist': Skew(10.0, p95_ms, 400.0)})
    assert found(check_skew, [episode]) == ([('skew', severity)] if severity else [])


def test_the_source_and_its_episode_are_named(make):
    episode = make.episode('3', skews={'joints': Skew(10.0, 60.0, 70.0)})
    (finding,) = check_skew(make.measured([episode]))
    assert finding.places == ('joints in run_7 3',)
