# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.checks import left_out
from octo_ros.data.report.episode_report import SkippedEpisode

SKIPPED = (
    SkippedEpisode('run_8', '0', 'fewer than 2 steps'),
    SkippedEpisode('run_8', '1', 'discarded when recorded', 'discarded'),
    SkippedEpisode('run_8', '2', 'it failed', 'failed'),
)


def test_unusable_episodes_are_warned_of_one_by_one(make):
    (finding,) = left_out.check_skipped_episodes(make.measured(skipped=SKIPPED))
    assert finding.places == ('run_8 0',)
    assert finding.severity.value == 'warning'


def test_what_was_left_out_on_purpose_is_noted(found):
    assert found(left_out.check_unwanted_episodes, skipped=SKIPPED) == [
        ('episodes_discarded', 'note'),
        ('episodes_failed', 'note'),
    ]
    assert found(left_out.check_unwanted_episodes, skipped=SKIPPED[:1]) == []


def test_failed_ones_that_were_kept_are_noted(make, found):
    episodes = [make.episode('0'), make.episode('1', success=None)]
    assert found(left_out.check_failed_episodes, episodes) == []
    episodes.append(make.episode('2', success=False))
    assert found(left_out.check_failed_episodes, episodes) == [('failed_kept', 'note')]
