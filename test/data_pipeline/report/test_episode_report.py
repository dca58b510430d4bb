# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.episode_report import Skew, SkippedEpisode


def test_skews_are_distances():
    assert Skew.of([-2_000_000, 4_000_000]) == Skew(3.0, 3.9, 4.0)


def test_names_for_people(make):
    assert make.episode('pick', bag='/data/bags/run_7').report.place == 'run_7 pick'
    assert SkippedEpisode('/data/bags/run_8', '0', 'too short').place == 'run_8 0'


def test_ticks_are_steps_and_dropped_ones(make):
    assert make.episode(dropped_ticks={'a': 3, 'b': 2}).report.ticks == 35
