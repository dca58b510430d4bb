# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""I9 sees a stream that was not executed as asked, and judges none in which something acted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety.fuzz.benign import as_asked, benign_stream
from octo_ros.safety.fuzz.player import Player
from octo_ros.safety_codes import SafetyCode


@pytest.fixture(scope='module')
def played():
    """A benign stream, what the real filter made of it, and what it said."""
    from octo_ros.embodiment import load_embodiment

    embodiment = load_embodiment('franka')
    episode = benign_stream(embodiment, 10**18, np.random.default_rng(1))
    player = Player(embodiment, SafetyFilter.for_embodiment(embodiment), lambda: 0)
    player.begin(episode)
    said = set()
    for given in episode.inputs:
        said |= set(player.play(given).reasons)
    return episode, player.recorder.record(), said


def test_the_filter_executes_it(played, judge):
    episode, record, said = played
    finding = as_asked(episode, record, said, judge.arm)
    assert len(finding.rows) == 1
    assert not len(finding.violated)
    assert np.linalg.norm(record.positions[-1] - record.positions[0]) > 0.01


def test_a_little_less_shows(played, judge):
    episode, record, said = played
    positions = np.array(record.positions)
    positions[-1] += 1e-5
    moved = as_asked(episode, replace(record, positions=positions), said, judge.arm)
    assert len(moved.violated) == 1


def test_a_stream_in_which_something_acted_is_not_judged(played, judge):
    episode, record, said = played
    acted = said | {SafetyCode.SCALED_FOR_STEP}
    assert not len(as_asked(episode, record, acted, judge.arm).rows)
