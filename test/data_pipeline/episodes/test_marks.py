# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.episodes.marks import read_marks
from octo_ros.errors import BagError
from octo_ros.types import EpisodeEventKind as Kind

MS = 1_000_000
START = 1_700_000_000_000 * MS


@pytest.fixture
def read(bag, tmp_path):
    def read(topic):
        with Bag(bag.write(tmp_path / 'bag')) as opened:
            return read_marks(opened, topic)

    return read


def times(found):
    return [(mark.time_ns - START) // MS for mark in found.marks]


def test_events_carry_id_and_words(bag, read):
    bag.event(10, Kind.START, 'pick_7', ' pick up the cup ')
    bag.event(50, Kind.SUCCESS, 'pick_7')
    found = read('/octo/episode')
    first, second = found.marks
    assert (first.episode_id, first.instruction) == ('pick_7', 'pick up the cup')
    assert (second.kind, second.word, second.instruction) == (Kind.SUCCESS, 'success', '')
    assert times(found) == [10, 50]
    assert not found.remarks


def test_a_bag_without_the_topic_has_no_marks(bag, read):
    bag.string(10, '/else', 'start')
    assert not read('/octo/episode').marks


def test_words_are_marks_in_any_case_and_in_the_past(bag, read):
    for ms, word in enumerate(('start', 'Failure ', 'STARTED', 'succeeded', 'failed', 'Discard')):
        bag.string(ms, '/marks', word)
    found = read('/marks')
    assert [mark.kind for mark in found.marks] == [
        Kind.START,
        Kind.FAILURE,
        Kind.START,
        Kind.SUCCESS,
        Kind.FAILURE,
        Kind.DISCARD,
    ]
    assert times(found) == [0, 1, 2, 3, 4, 5]


def test_empty_words_are_counted(bag, read):
    for ms, word in enumerate(('', 'start', ' ')):
        bag.string(ms, '/marks', word)
    found = read('/marks')
    assert [mark.kind for mark in found.marks] == [Kind.START]
    assert found.remarks == ('/marks: 2 empty words were ignored.',)


def test_other_words_are_refused(bag, read):
    bag.string(10, '/marks', 'begin')
    with pytest.raises(BagError, match=r"'begin'; an episode mark is one of start, stop.*--event"):
        read('/marks')


def test_unknown_kinds_are_refused(bag, read):
    bag.event(10, 9)
    with pytest.raises(BagError, match='unknown kind 9; known are 0 start, 1 stop'):
        read('/octo/episode')


def test_another_type_is_refused(bag, read):
    bag.image(10, '/marks', 0)
    with pytest.raises(BagError, match='sensor_msgs/msg/Image; as episode marks it must be'):
        read('/marks')


def test_events_of_another_clock_count_from_their_arrival(bag, read):
    bag.event(10, Kind.START)
    bag.event(50, Kind.STOP)
    bag.messages = [(ns + 5_000 * MS, topic, message) for ns, topic, message in bag.messages]
    found = read('/octo/episode')
    assert times(found) == [5010, 5050]
    assert 'another clock, 5 s before the arrivals' in found.remarks[0]


def test_events_out_of_order_follow_their_stamps(bag, read):
    bag.event(10, Kind.START)
    bag.event(50, Kind.STOP)
    (_, topic, start), (ns, _, stop) = bag.messages
    bag.messages = [(ns, topic, stop), (ns + MS, topic, start)]
    found = read('/octo/episode')
    assert [mark.kind for mark in found.marks] == [Kind.START, Kind.STOP]
    assert 'out of order' in found.remarks[0]


def test_old_events_that_a_late_recorder_is_sent_keep_their_stamps(bag, read):
    bag.event(-60_000, Kind.START, 'a')
    bag.event(-50_000, Kind.SUCCESS, 'a')
    bag.event(-10_000, Kind.START, 'b')
    bag.messages = [(START + i * MS, *rest) for i, (_, *rest) in enumerate(bag.messages)]
    bag.event(500, Kind.STOP, 'b')
    found = read('/octo/episode')
    assert times(found) == [-60_000, -50_000, -10_000, 500]
    assert not found.remarks


def test_stamps_that_jump_are_not_believed(bag, read):
    for ms, kind in ((10, Kind.START), (50, Kind.STOP), (90, Kind.START)):
        bag.event(ms, kind)
    ns, topic, message = bag.messages[1]
    bag.messages[1] = (ns + 30 * MS, topic, message)
    bag.messages[2] = (bag.messages[2][0] + 3_000 * MS, *bag.messages[2][1:])
    found = read('/octo/episode')
    assert times(found) == [10, 80, 3090]
    assert 'the stamps lie 0 .. 3 s before the arrivals; the arrivals' in found.remarks[0]
