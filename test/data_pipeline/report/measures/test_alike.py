# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

import pytest

from octo_ros.data.report.measures.alike import MOST_PAIRS, mixed_forms, near_duplicates


def test_forms_of_one_sentence_are_grouped():
    texts = ['Pick up the cup.', 'push the cup', 'pick  up the cup', 'PICK UP THE CUP', '', ' ']
    assert mixed_forms(texts) == (('Pick up the cup.', 'pick  up the cup', 'PICK UP THE CUP'),)


@pytest.mark.parametrize(
    ('first', 'second'),
    [
        ('pick up the cup', 'pick up cup'),
        ('pick up a cup', 'pick up the cup'),
        ('open the drawer', 'open the drawers'),
        ('open the drawer', 'open the drawwer'),
        ('open the drawer', 'open the darwer'),
        ('open the drawer', 'open the drawxr'),
        ('Open the drawer.', 'open the drawr'),
    ],
)
def test_near_duplicates(first, second):
    assert near_duplicates([first, second]) == ((first, second),)


@pytest.mark.parametrize(
    ('first', 'second'),
    [
        ('pick up the red block', 'pick up the blue block'),
        ('go to the bed', 'go to the red'),
        ('push block1 away', 'push block2 away'),
        ('Pick up the cup.', 'pick up the cup'),
        ('open the drawer', 'close the drawer'),
        ('open the drawer', 'open the rdaewr'),
        ('', ' '),
    ],
)
def test_others(first, second):
    assert near_duplicates([first, second]) == ()


def test_many_that_differ_in_one_word_are_compared_quickly():
    letters = 'abcdefghijklmnop'
    words = [f'{a}{b}{c}{a}{c}{b}{c}{a}' for a in letters for b in letters for c in letters]
    begun = time.process_time()
    assert near_duplicates(f'pick up the {word}' for word in words) == ()
    assert time.process_time() - begun < 15.0


def test_pairs_are_counted_no_further_than_people_read():
    letters = 'abcdefghijklmnopqrstuvwxyz'
    words = [f'{a}{b}{c}x' for a in letters for b in letters for c in letters]
    assert len(near_duplicates(words)) == MOST_PAIRS


def test_endless_words_and_sentences_are_not_compared():
    begun = time.process_time()
    assert near_duplicates(['x' * 300_000, 'x' * 299_999, 'y' * 450, 'y' * 449]) == ()
    assert time.process_time() - begun < 0.5
