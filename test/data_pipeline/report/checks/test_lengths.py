# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.lengths import check_lengths


@pytest.mark.parametrize(('steps', 'told'), [(5, False), (4, True), (1, True)])
def test_a_training_window_must_fit(make, found, steps, told):
    episode = make.episode(parts=[make.part(), make.part(make.proprio(steps))])
    assert found(check_lengths, [episode]) == ([('short_episode', 'note')] if told else [])


def test_an_episode_without_steps_is_an_error(make, found):
    assert found(check_lengths, [make.episode(parts=[])]) == [('empty_episode', 'error')]
