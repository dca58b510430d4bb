# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

import pytest

from octo_ros.data.report.measures import wording
from octo_ros.data.report.measures.wording import lint


@pytest.mark.parametrize(
    'text',
    [
        'pick up the red block',
        'Put the 2nd cup on the table.',
        'open the drawer (the upper one), then close it',
        'push the T-shaped block to the left/right edge',
        'Take the USB stick, e.g. with two fingers',
        "don't touch the cup",
        'räume den Tisch ab',
    ],
)
def test_plain_sentences(text):
    assert lint(text) == ()


@pytest.mark.parametrize(
    ('text', 'kind'),
    [
        ('pick_up_block', wording.SNAKE_CASE),
        ('pickUpBlock', wording.CAMEL_CASE),
        ('PickUpBlock', wording.CAMEL_CASE),
        ('pick(block)', wording.CALL),
        ('run demo.hdf5', wording.FILE),
        ('task_3/run.json', wording.FILE),
        ('/home/user/task', wording.FILE),
        ('pick up {object}', wording.BRACES),
        ('pick up <object>', wording.BRACES),
        ('["pick up"]', wording.BRACES),
        ('', wording.EMPTY),
        (' \t', wording.EMPTY),
        ('pick  up the cup', wording.SPACES),
        ('pick up the cup ', wording.SPACES),
        ('put ' * 16, wording.TOO_LONG),
        ('put ' * 13, wording.MAYBE_TOO_LONG),
        ('x' * 501, wording.TOO_LONG),
    ],
)
def test_odd_ones(text, kind):
    assert kind in lint(text)


@pytest.mark.parametrize('text', ['x' * 400_000, 'x/' * 200_000, 'Aa' * 200_000])
def test_long_texts_take_no_longer_than_short_ones(text):
    begun = time.process_time()
    assert wording.TOO_LONG in lint(text)
    assert time.process_time() - begun < 0.5


def test_patterns_take_time_in_proportion():
    begun = time.process_time()
    for pattern in wording.PROGRAMMATIC.values():
        pattern.search('x' * 100_000)
    assert time.process_time() - begun < 1.0
