# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The adversary mixes everything, and depends on its seed alone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from octo_ros.safety.fuzz.adversary import MANNERS, Adversary
from octo_ros.safety.fuzz.inputs import UNLOCKED, AddObstacle, Deactivate, Reset
from octo_ros.safety_codes import SafetyState

PERIOD_NS = 10_000_000


@pytest.fixture
def stream(franka, judge):
    """Inputs of some episodes against a filter that stays where it is, per episode."""

    def make(seed, episodes=40, ticks=500, state=SafetyState.RUN):
        adversary = Adversary(franka, judge, np.random.default_rng(seed))
        found = []
        for _ in range(episodes):
            episode = adversary.episode()
            player = SimpleNamespace(sent=episode.positions, now_ns=episode.start_ns, state=state)
            for _ in range(ticks):
                given = adversary.next(player)
                player.now_ns += given.step_ns
                episode.inputs.append(given)
            found.append(episode)
        return found

    return make


def test_the_same_seed_gives_the_same_input(stream):
    first, second, other = (
        [repr(given) for episode in stream(seed, 5, 200) for given in episode.inputs]
        for seed in (1, 1, 2)
    )
    assert first == second != other


def test_everything_comes(stream):
    episodes = stream(3)
    inputs = [given for episode in episodes for given in episode.inputs]
    assert {given.manner for given in inputs} == {kind.__name__ for kind in MANNERS}
    actions = {type(action) for given in inputs for action in given.actions}
    assert {AddObstacle, Reset} <= actions, actions
    assert any(given.measured is None for given in inputs)
    assert any(given.locks is not UNLOCKED for given in inputs)
    assert len({tuple(episode.positions) for episode in episodes}) > 20
    starts = [episode.start_ns for episode in episodes]
    assert starts == sorted(starts)


def test_some_episodes_have_bad_commands_only(stream):
    calm = [
        all(g.step_ns == PERIOD_NS and g.locks is UNLOCKED and g.measured for g in episode.inputs)
        for episode in stream(4)
    ]
    assert 4 < sum(calm) < 30


@pytest.mark.parametrize('state', [SafetyState.LATCHED, SafetyState.INACTIVE])
def test_a_filter_that_stands_is_reset_in_every_episode(stream, state):
    for episode in stream(5, 10, 300, state):
        resets = [a for given in episode.inputs for a in given.actions if isinstance(a, Reset)]
        assert resets


def test_a_held_filter_is_deactivated_now_and_then(stream):
    held = stream(6, state=SafetyState.HOLD)
    assert any(Deactivate() in given.actions for episode in held for given in episode.inputs)
