# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.measures.alike import mixed_forms, near_duplicates


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
