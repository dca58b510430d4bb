# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.request import Topics
from octo_ros.data.episodes.plan import plan_episodes
from octo_ros.errors import BagError
from octo_ros.types import EpisodeEventKind as Kind

MS = 1_000_000


@pytest.fixture
def plan(bag, tmp_path):
    def plan(default='', **topics):
        bag.string(0, '/first', 'x')
        bag.string(9000, '/last', 'x')
        with Bag(bag.write(tmp_path / 'bag')) as opened:
            found = plan_episodes(opened, Topics(**topics), default)
            rows = [
                ((e.start_ns - opened.start_ns) // MS, (e.end_ns - opened.start_ns) // MS)
                for e in found.episodes
            ]
        return found, rows

    return plan


def test_marks_come_first(bag, plan):
    bag.string(100, '/octo/instruction', 'wave')
    bag.string(4000, '/octo/instruction', 'bow')
    bag.string(5000, '/marks', 'Start')
    bag.string(7000, '/marks', 'Failed')
    found, rows = plan(events='/marks')
    assert rows == [(5000, 7000)]
    (episode,) = found.episodes
    assert (episode.instruction, episode.success) == ('bow', False)


def test_changes_of_the_instruction_come_second(bag, plan):
    """A latched instruction is among the first messages of a recording."""
    bag.string(0, '/words', 'wave')
    bag.string(4000, '/words', 'bow')
    found, rows = plan('default', instruction='/words')
    assert rows == [(0, 4000), (4000, 9000)]
    assert [episode.instruction for episode in found.episodes] == ['wave', 'bow']


def test_else_the_bag_is_one_episode(plan):
    found, rows = plan('wave')
    assert rows == [(0, 9000)]
    assert found.episodes[0].instruction == 'wave'


def test_an_instruction_that_was_only_cleared_is_none(bag, plan):
    bag.string(100, '/octo/instruction', '')
    with pytest.raises(BagError, match='no instruction'):
        plan()


def test_all_remarks_are_handed_on(bag, plan):
    bag.string(0, '/octo/instruction', 'wave')
    bag.string(4000, '/octo/instruction', 'bow')
    bag.string(1000, '/marks', 'start')
    bag.string(1000, '/marks', '')
    found, rows = plan(events='/marks')
    assert rows == [(1000, 9000)]
    assert len(found.remarks) == 3
    assert "'wave' for 3 s" in found.remarks[2]


@pytest.mark.parametrize('kind', ['events', 'instruction'])
def test_a_topic_that_was_named_must_be_there(plan, kind):
    """A misspelt one would bring discarded episodes back."""
    with pytest.raises(BagError, match='no messages on /misspelt, which is needed as '):
        plan('wave', **{kind: '/misspelt'})


def test_the_usual_topics_are_those_in_the_namespace(bag, plan):
    bag.string(0, '/left/octo/instruction', 'wave')
    bag.string(1000, '/left/octo/episode', 'start')
    found, rows = plan(namespace='/left')
    assert rows == [(1000, 9000)]
    assert found.episodes[0].instruction == 'wave'


def test_events_are_read_from_the_configured_topic(bag, plan):
    bag.event(1000, Kind.START, 'a', 'wave')
    bag.event(2000, Kind.SUCCESS, 'a')
    found, rows = plan()
    assert rows == [(1000, 2000)]
    assert found.episodes[0].episode_id == 'a'
