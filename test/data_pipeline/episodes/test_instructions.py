# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.episodes.episode import Episode
from octo_ros.data.episodes.instructions import Said, read_instructions, with_instruction
from octo_ros.errors import BagError

S = 1_000_000_000
SAID = tuple(
    Said(time * S, words)
    for time, words in [(5, 'first'), (8, 'second'), (15, 'third'), (31, ''), (40, 'later')]
)


def episode(start, end, words='', **options):
    return Episode('0', start * S, end * S, words, **options)


@pytest.mark.parametrize(
    ('span', 'own', 'said', 'expected'),
    [
        ((10, 30), 'own', (), 'own'),
        ((10, 30), '', SAID, 'third'),
        ((10, 18), '', SAID, 'second'),
        ((10, 30), '', SAID[2:], 'third'),
        ((32, 39), '', SAID, 'default'),
        ((10, 30), '', SAID[3:], 'default'),
        ((50, 60), '', SAID, 'later'),
        ((30, 40), '', SAID[4:], 'later'),
        ((10, 30), '', (), 'default'),
    ],
)
def test_where_the_words_come_from(span, own, said, expected):
    labelled, _ = with_instruction(episode(*span, own), said, ' default ')
    assert labelled.instruction == expected


def test_other_words_during_an_episode_are_told():
    _, (remark,) = with_instruction(episode(10, 30), SAID, '')
    assert remark == (
        "Episode '0' is labelled 'third', but the instruction was 'second' for 5 s of it."
    )
    assert with_instruction(episode(16, 30), SAID, '')[1] == ()
    assert with_instruction(Episode('0', 15 * S - 1, 30 * S), SAID, '')[1] == ()


def test_no_words_at_all_are_refused_unless_discarded():
    with pytest.raises(BagError, match=r"'0' has no instruction.*--instruction"):
        with_instruction(episode(10, 30), [], ' ')
    discarded = episode(10, 30, discarded=True)
    assert with_instruction(discarded, [], '') == (discarded, ())


def test_only_changes_are_read_with_their_arrival(bag, tmp_path):
    for ms, words in enumerate((' stack ', 'stack', '', '', 'stack', 'sort')):
        bag.string(10 * ms, '/octo/instruction', words)
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        found = read_instructions(opened, '/octo/instruction')
        start_ns = opened.start_ns
        assert read_instructions(opened, '/none') == ()
    assert [(said.time_ns - start_ns, said.words) for said in found] == [
        (0, 'stack'),
        (20_000_000, ''),
        (40_000_000, 'stack'),
        (50_000_000, 'sort'),
    ]
