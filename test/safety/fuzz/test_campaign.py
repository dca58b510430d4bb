# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whole campaigns: counted, judged, the same twice; and a filter that is unsafe is found out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety.fuzz.campaign import Campaign, Outcome
from octo_ros.safety.fuzz.invariants import Finding, Invariant, Tally
from octo_ros.safety_codes import SafetyState


def clock():
    return 0


def test_a_campaign_counts_what_it_played(franka):
    told = []
    outcome = Campaign(franka, 3, clock).run(700, told.append, first=5)
    assert outcome.ticks == sum(told)
    assert 700 <= outcome.ticks < 1000
    assert len(outcome.durations) <= outcome.ticks
    assert sum(outcome.states.values()) == len(outcome.durations)
    assert outcome.commands >= outcome.accepted > 20
    assert outcome.tallies.of[Invariant.SAME].checked > 500
    assert outcome.tallies.of[Invariant.IDENTITY].checked == 1
    assert outcome.tallies.violations == 0, outcome.violations


def test_the_same_seed_is_the_same_campaign_and_another_one_is_not(franka):
    runs = [Campaign(franka, seed, clock).run(301, lambda _: None) for seed in (4, 4, 5)]
    codes = [run.codes for run in runs]
    assert codes[0] == codes[1] != codes[2]


class Reckless(SafetyFilter):
    """Sends all positions a little off, as a filter with a wrong model would."""

    def tick(self, *arguments, **named):
        sent = super().tick(*arguments, **named)
        if sent.state is not SafetyState.RUN:
            return sent
        return replace(sent, positions=sent.positions + 2e-3)


def test_an_unsafe_filter_is_found_out_and_its_episode_shows_it_again(franka, monkeypatch):
    monkeypatch.setattr('octo_ros.safety.fuzz.campaign.SafetyFilter', Reckless)
    campaign = Campaign(franka, 3, clock)
    outcome = campaign.run(400, lambda _: None, first=1000)
    assert {Invariant.JERK, Invariant.FORM} <= set(outcome.violations)
    violation = outcome.violations[Invariant.JERK]
    assert 1000 <= violation.tick < 1400
    assert violation.slack < 0.0
    assert 'rad' in violation.text
    broken = dict(campaign.reproduce(violation.episode))
    assert broken[Invariant.JERK] == len(violation.episode.inputs) - 1


class Forgetful(SafetyFilter):
    """Gives another output each time, as one that depends on a clock would."""

    count = 0

    def tick(self, *arguments, **named):
        sent = super().tick(*arguments, **named)
        Forgetful.count += 1
        return replace(sent, gripper=0.5 + 1e-9 * Forgetful.count)


def test_a_filter_that_is_not_deterministic_is_found_out(franka, monkeypatch):
    monkeypatch.setattr('octo_ros.safety.fuzz.campaign.SafetyFilter', Forgetful)
    outcome = Campaign(franka, 3, clock).run(300, lambda _: None)
    assert outcome.tallies.of[Invariant.SAME].violations > 200


def test_outcomes_add_up_and_keep_the_first_violation(franka):
    whole, part = Outcome(), Campaign(franka, 3, clock).run(300, lambda _: None)
    whole.merge(part)
    whole.merge(part)
    assert whole.ticks == 2 * part.ticks
    assert len(whole.durations) == 2 * len(part.durations)
    assert whole.states[SafetyState.HOLD] == 2 * part.states[SafetyState.HOLD]
    tally = whole.tallies.of[Invariant.VELOCITY]
    assert tally.checked == 2 * part.tallies.of[Invariant.VELOCITY].checked
    assert tally.worst == part.tallies.of[Invariant.VELOCITY].worst


@pytest.mark.parametrize(
    ('slack', 'violations', 'worst'),
    [([0.5, 0.1], 0, 0.1), ([0.5, -1e-10], 0, -1e-10), ([-1e-8, 2.0], 1, -1e-8)],
)
def test_a_tally_keeps_count_and_the_worst(slack, violations, worst):
    tally = Tally()
    tally.add(Finding(Invariant.VELOCITY, np.arange(2), np.array(slack)))
    assert (tally.checked, tally.violations, tally.worst) == (2, violations, worst)


def test_what_is_not_a_number_is_a_violation():
    tally = Tally()
    tally.add(Finding(Invariant.VELOCITY, np.arange(2), np.array([np.nan, 1.0])))
    assert tally.violations == 1
    assert tally.worst == -np.inf
