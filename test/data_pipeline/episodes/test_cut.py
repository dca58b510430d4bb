# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.data.episodes.cut import cut_at_changes, cut_at_marks
from octo_ros.data.episodes.episode import Episode
from octo_ros.data.episodes.instructions import Said
from octo_ros.data.episodes.marks import Mark
from octo_ros.types import EpisodeEventKind as Kind

START, STOP, SUCCESS, FAILURE, DISCARD = Kind


def cut(*marks, end=90):
    return cut_at_marks([Mark(*mark) for mark in marks], 0, end)


def spans(found):
    return [(e.start_ns, e.end_ns, e.success, e.discarded) for e in found.episodes]


@pytest.mark.parametrize(
    ('marks', 'expected'),
    [
        (((10, START), (20, STOP)), (10, 20, None, False)),
        (((10, START), (20, SUCCESS)), (10, 20, True, False)),
        (((10, START), (20, STOP), (80, FAILURE)), (10, 20, False, False)),
        (((10, START), (20, STOP), (30, DISCARD)), (10, 20, None, True)),
        (((10, START), (20, DISCARD)), (10, 20, None, True)),
    ],
)
def test_marks_end_and_judge_an_episode(marks, expected):
    found = cut(*marks)
    assert spans(found) == [expected]
    assert not found.remarks


def test_a_start_ends_the_episode_before():
    found = cut((10, START), (40, START), (60, STOP))
    assert spans(found) == [(10, 40, None, False), (40, 60, None, False)]
    assert [episode.episode_id for episode in found.episodes] == ['0', '1']
    assert found.remarks == ("Episode '0' was still open at the next start, and ends there.",)


def test_an_episode_that_is_never_stopped_ends_with_the_recording():
    found = cut((10, START))
    assert spans(found) == [(10, 90, None, False)]
    assert 'open when the recording ended' in found.remarks[0]


@pytest.mark.parametrize('kind', [STOP, SUCCESS, FAILURE, DISCARD])
def test_an_episode_that_began_before_the_recording_is_kept(kind):
    found = cut((20, kind, 'a', 'wave'), (30, START), (40, STOP))
    success = {SUCCESS: True, FAILURE: False}.get(kind)
    assert spans(found) == [(0, 20, success, kind is DISCARD), (30, 40, None, False)]
    assert (found.episodes[0].episode_id, found.episodes[0].instruction) == ('a', 'wave')
    assert 'began before the recording' in found.remarks[0]


def test_a_stop_too_many_is_told():
    found = cut((10, START), (20, STOP), (25, STOP))
    assert spans(found) == [(10, 20, None, False)]
    assert found.remarks == ("stop at 0.000 s found episode '0' ended, and was ignored.",)


def test_a_judgement_finds_its_episode_by_the_id():
    found = cut((10, START, 'a'), (20, STOP, 'a'), (30, START, 'b'), (40, FAILURE, 'a'))
    assert spans(found) == [(10, 20, False, False), (30, 90, None, False)]


def test_an_id_that_was_never_started_is_told():
    found = cut((10, START, 'a'), (20, SUCCESS, 'x'))
    assert spans(found) == [(10, 20, True, False)]
    assert "names episode 'x'" in found.remarks[0]


def test_the_last_judgement_counts_but_discarded_is_discarded():
    found = cut((10, START), (20, SUCCESS), (30, FAILURE))
    assert spans(found) == [(10, 20, False, False)]
    assert 'was judged otherwise; the last word counts' in found.remarks[0]
    found = cut((10, START), (20, DISCARD), (30, SUCCESS))
    assert spans(found) == [(10, 20, True, True)]
    assert 'was discarded; it stays so' in found.remarks[0]
    assert not cut((10, START), (20, SUCCESS), (30, SUCCESS)).remarks


def test_who_ends_an_episode_knows_its_words_best():
    found = cut((10, START, 'a', 'old'), (20, STOP, 'a', 'new'), (30, SUCCESS, 'a', 'next task'))
    assert found.episodes[0].instruction == 'new'


def test_ids_that_come_twice_are_told_apart():
    found = cut((10, START, 'a'), (20, STOP), (30, START, 'a'), (40, STOP))
    assert [episode.episode_id for episode in found.episodes] == ['a', 'a (2)']
    assert "id 'a' came twice" in found.remarks[0]


def test_an_episode_without_duration_is_told():
    found = cut((10, START), (10, STOP), (20, START), (30, STOP))
    assert [episode.start_ns for episode in found.episodes] == [20]
    assert "'0' lasts no time" in found.remarks[0]


def test_of_marks_before_the_recording_what_reaches_into_it_is_kept():
    early = (-90, STOP, 'x'), (-60, START, 'a'), (-50, STOP, 'a')
    found = cut(*early, (-10, START, 'b'), (20, STOP, 'b'))
    assert spans(found) == [(0, 20, None, False)]
    assert found.episodes[0].episode_id == 'b'
    assert found.remarks == ("Over before the recording began: 'x', 'a'.",)


@given(st.lists(st.tuples(st.integers(1, 89), st.sampled_from(list(Kind))), min_size=1))
def test_episodes_never_overlap_and_every_start_is_accounted_for(marks):
    marks = sorted(marks, key=lambda mark: mark[0])
    found = cut(*marks)
    edges = [time for e in found.episodes for time in (e.start_ns, e.end_ns)]
    assert edges == sorted(edges)
    assert all(0 <= e.start_ns < e.end_ns <= 90 for e in found.episodes)
    begun = sum(kind is START for _, kind in marks) + (marks[0][1] is not START)
    timeless = sum('lasts no time' in remark for remark in found.remarks)
    assert len(found.episodes) + timeless == begun


S = 1_000_000_000


def said(*changes, end=90):
    return cut_at_changes([Said(time * S, words) for time, words in changes], 0, end * S)


def seconds(found):
    return [(e.start_ns / S, e.end_ns / S, e.instruction) for e in found.episodes]


def test_each_change_of_the_instruction_starts_an_episode():
    found = said((0, 'a'), (30, 'b'), (60, 'a'))
    assert seconds(found) == [(0, 30, 'a'), (30, 60, 'b'), (60, 90, 'a')]
    assert [episode.episode_id for episode in found.episodes] == ['0', '1', '2']
    assert not found.remarks


def test_an_empty_instruction_ends_an_episode():
    found = said((0, ''), (10, 'a'), (30, ''), (40, 'a'), (70, ''))
    assert seconds(found) == [(10, 30, 'a'), (40, 70, 'a')]
    assert found.remarks == ('40 s of the recording had no instruction and are in no episode.',)


def test_words_that_never_change_make_the_recording_one_episode():
    assert cut_at_changes([Said(5, 'a')], 0, 90).episodes == (Episode('0', 0, 90, 'a'),)
    found = said((20, 'a'))
    assert seconds(found) == [(0, 90, 'a')]
    assert 'came 20 s after the recording began' in found.remarks[0]
