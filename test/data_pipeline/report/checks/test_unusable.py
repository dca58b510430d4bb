# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.checks.unusable import check_unusable_messages


def test_reasons_are_summed_over_episodes(make):
    reason = 'Joint states lack elbow.'
    episodes = [
        make.episode('0'),
        make.episode('1', unusable_messages={reason: 2}),
        make.episode('2', unusable_messages={reason: 5}),
    ]
    (finding,) = check_unusable_messages(make.measured(episodes))
    assert finding.sentence == 'Messages that could not be used: 7. Joint states lack elbow.'
    assert finding.places == ('run_7 2', 'run_7 1')
