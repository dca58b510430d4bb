# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.episode_report import Skew
from octo_ros.data.report.measures.skews import source_skews


def test_means_are_weighted_and_the_worst_is_named(make):
    long, short = make.part(make.proprio(30)), make.part(make.proprio(10))
    episodes = [
        make.episode('0', parts=[long], skews={'joints': Skew(1.0, 2.0, 9.0)}),
        make.episode('1', parts=[short], skews={'joints': Skew(5.0, 6.0, 7.0)}),
    ]
    (skew,) = source_skews(make.facts(episodes))
    assert (skew.mean_ms, skew.worst_p95_ms, skew.max_ms) == (2.0, 6.0, 9.0)
    assert (skew.source, skew.worst_place) == ('joints', 'run_7 1')
