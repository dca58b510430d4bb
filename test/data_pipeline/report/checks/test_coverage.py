# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.coverage import check_early_ends, check_late_starts


@pytest.mark.parametrize(
    ('seconds', 'severity'), [(0.2, None), (0.4, 'note'), (1.2, 'note'), (1.6, 'warning')]
)
def test_a_fifth_of_the_episode_is_bad(make, found, seconds, severity):
    """30 steps at 5 Hz are 6 s."""
    expected = [severity] if severity else []
    episode = make.episode(starts_late_s={'image_wrist': seconds})
    assert found(check_late_starts, [episode]) == [('starts_late', s) for s in expected]
    assert found(check_early_ends, [episode]) == []
    episode = make.episode(ends_early_s={'image_wrist': seconds})
    assert found(check_early_ends, [episode]) == [('ends_early', s) for s in expected]


def test_two_seconds_are_bad_and_the_worst_comes_first(make):
    part = make.part(make.proprio(200))
    episodes = [
        make.episode('0', [part], ends_early_s={'joint_states': 2.1}),
        make.episode('1', [part], ends_early_s={'joint_states': 0.6, 'image_primary': 3.0}),
    ]
    bad, odd = check_early_ends(make.measured(episodes))
    assert bad.severity.value == 'warning'
    assert bad.places == ('image_primary in run_7 1', 'joint_states in run_7 0')
    assert bad.sentence == 'A source ends early by 3.0 s.'
    assert odd.places == ('joint_states in run_7 1',)
