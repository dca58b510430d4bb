# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.checks.unusable import check_unusable_messages

LACK = '/joint_states: a joint state lacks elbow'
FINITE = '/joint_states: a joint state holds positions that are not finite'


def test_there_is_one_finding_per_topic_over_all_episodes_and_reasons(make):
    episodes = [
        make.episode('0'),
        make.episode('1', unusable_messages={LACK: 2, FINITE: 1}),
        make.episode('2', unusable_messages={LACK: 5}, details={LACK: 'It holds a and b.'}),
        make.episode('3', unusable_messages={'/wrench: numbers that are not finite': 1}),
    ]
    joints, wrench = check_unusable_messages(make.measured(episodes))
    assert joints.sentence == (
        f'Messages on /joint_states that could not be used: 8. {LACK}. That holds for 7; '
        'other reasons: 1.'
    )
    assert joints.places == ('run_7 2', 'run_7 1')
    assert 'on /wrench that could not be used: 1.' in wrench.sentence


def test_the_first_whole_sentence_is_told(make):
    episodes = [make.episode('0', unusable_messages={LACK: 1}, details={LACK: 'It holds a.'})]
    (finding,) = check_unusable_messages(make.measured(episodes))
    assert finding.sentence.endswith('could not be used: 1. It holds a.')
