# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.report.measures.idle import Idle, idle_in_all, idle_of


def idle_at(make, hz, column, per_step):
    proprio = np.zeros((11, 7), np.float32)
    proprio[:, column] = per_step * np.arange(11)
    return idle_of(make.episode(parts=[make.part(proprio)]), hz)


@pytest.mark.parametrize(
    ('column', 'slow', 'fast'), [(1, 0.00099, 0.00101), (5, 0.0069, 0.0071), (6, 0.019, 0.021)]
)
def test_still_is_slow_in_every_respect(make, column, slow, fast):
    assert idle_at(make, 5.0, column, slow).share == 1.0
    assert idle_at(make, 5.0, column, fast).share == 0.0


def test_speed_counts_not_the_step(make):
    assert idle_at(make, 5.0, 0, 0.0008).share == 1.0
    assert idle_at(make, 10.0, 0, 0.0008).share == 0.0


def test_the_ends_are_counted(make):
    still, moving = make.proprio(30)[:1], make.proprio(30)
    proprio = np.concatenate([still] * 4 + [moving] + [moving[-1:]] * 2)
    episode = make.episode(parts=[make.part(proprio)])
    assert idle_of(episode, 5.0) == Idle(motions=35, still=6, leading=4, trailing=2)


def test_an_episode_that_never_moves_only_leads(make):
    assert idle_at(make, 5.0, 0, 0.0) == Idle(10, 10, 10, 0)


def test_sums(make):
    assert idle_in_all([Idle(10, 4, 1, 2), Idle(5, 1, 0, 1)]) == Idle(15, 5, 1, 3)
    assert idle_in_all([]).share == 0.0
    assert idle_of(make.episode(parts=[]), 5.0).share == 0.0
