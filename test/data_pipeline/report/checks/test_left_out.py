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


def test_unusable_episodes_are_warned_of_in_one_finding(make):
    more = (*SKIPPED, SkippedEpisode('run_9', '4', 'too dark'))
    (finding,) = left_out.check_skipped_episodes(make.measured(skipped=more))
    assert finding.places == ('run_8 0', 'run_9 4')
    assert finding.severity.value == 'warning'
    assert 'used: 2. run_8 0: fewer than 2 steps.' in finding.sentence


def test_unwritable_episodes_are_an_error(found):
    refused = SkippedEpisode('run_9', '4', 'not finite', 'unwritable')
    assert found(left_out.check_unwritable_episodes, skipped=(*SKIPPED, refused)) == [
        ('episode_unwritable', 'error')
    ]
    assert found(left_out.check_unwritable_episodes, skipped=SKIPPED) == []


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
