# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.episodes.episodes import (
    Episode,
    Mark,
    cut,
    read_instructions,
    read_marks,
    with_instruction,
)
from octo_ros.errors import BagError
from octo_ros.types import EpisodeEventKind as Kind


def spans(episodes):
    return [(e.start_ns, e.end_ns, e.success, e.discarded) for e in episodes]


def marks(*pairs):
    return [Mark(time, kind) for time, kind in pairs]


def test_without_marks_the_recording_is_one_episode():
    assert cut([], 5, 90) == [Episode('0', 5, 90)]


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        (marks((10, Kind.START), (20, Kind.STOP)), (10, 20, None, False)),
        (marks((10, Kind.START), (20, Kind.SUCCESS)), (10, 20, True, False)),
        (marks((10, Kind.START), (20, Kind.STOP), (30, Kind.FAILURE)), (10, 20, False, False)),
        (marks((10, Kind.START), (20, Kind.STOP), (30, Kind.DISCARD)), (10, 20, None, True)),
        (marks((10, Kind.START), (20, Kind.DISCARD)), (10, 20, None, True)),
        (marks((10, Kind.START)), (10, 90, None, False)),
        (marks((20, Kind.STOP), (10, Kind.START)), (10, 20, None, False)),
    ],
)
def test_marks_end_and_judge_an_episode(given, expected):
    assert spans(cut(given, 0, 90)) == [expected]


def test_a_start_ends_the_episode_before():
    episodes = cut(marks((10, Kind.START), (40, Kind.START), (60, Kind.STOP)), 0, 90)
    assert spans(episodes) == [(10, 40, None, False), (40, 60, None, False)]
    assert [e.episode_id for e in episodes] == ['0', '1']


def test_a_judgement_before_any_start_is_refused():
    with pytest.raises(BagError, match='success at 5 ns comes before any start'):
        cut(marks((5, Kind.SUCCESS), (10, Kind.START)), 0, 90)


def test_events_carry_id_and_words(bag, tmp_path):
    bag.event(10, Kind.START, 'pick_7', ' pick up the cup ')
    bag.event(50, Kind.SUCCESS, 'pick_7')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        (episode,) = cut(read_marks(opened, '/octo/episode'), opened.start_ns, opened.end_ns)
        assert read_marks(opened, '/other') == []
    assert (episode.episode_id, episode.instruction) == ('pick_7', 'pick up the cup')
    assert episode.success is True
    assert episode.end_ns - episode.start_ns == 40_000_000


def test_strings_are_marks_too(bag, tmp_path):
    bag.string(10, '/marks', 'start')
    bag.string(50, '/marks', 'Failure ')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        assert [m.kind for m in read_marks(opened, '/marks')] == [Kind.START, Kind.FAILURE]


def test_other_words_and_unknown_kinds_are_refused(bag, tmp_path):
    bag.string(10, '/marks', 'begin')
    bag.event(10, 9)
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        with pytest.raises(BagError, match="'begin'; an episode mark is one of start, stop"):
            read_marks(opened, '/marks')
        with pytest.raises(BagError, match='unknown kind 9'):
            read_marks(opened, '/octo/episode')


SAID = [(5, 'first'), (8, 'second'), (15, 'third'), (40, 'later')]


@pytest.mark.parametrize(
    ('own', 'said', 'default', 'expected'),
    [
        ('own', SAID, 'default', 'own'),
        ('', SAID, 'default', 'second'),
        ('', SAID[2:], 'default', 'third'),
        ('', SAID[3:], 'default', 'default'),
    ],
)
def test_where_the_words_come_from(own, said, default, expected):
    episode = Episode('0', 10, 30, own)
    assert with_instruction(episode, said, default).instruction == expected


def test_no_words_at_all_are_refused_unless_discarded():
    with pytest.raises(BagError, match=r"'0' has no instruction.*--instruction"):
        with_instruction(Episode('0', 10, 30), [], ' ')
    discarded = Episode('0', 10, 30, discarded=True)
    assert with_instruction(discarded, [], '') == discarded


def test_instructions_are_read_with_their_arrival(bag, tmp_path):
    bag.string(10, '/octo/instruction', ' stack ')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        ((time_ns, words),) = read_instructions(opened, '/octo/instruction')
        assert (time_ns, words) == (opened.start_ns, 'stack')
        assert read_instructions(opened, '/none') == []
