# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.model.attention_mask import attention_mask
from octo_ros.model.batch import TokenGroup

SIZES = st.integers(1, 4)


def prefix_group(size, visible=True):
    return TokenGroup('task_language', torch.zeros(1, size, 1), torch.full((1, size), visible))


def group(name, window, size):
    mask = torch.ones(1, window, size, dtype=torch.bool)
    return TokenGroup(name, torch.zeros(1, window, size, 1), mask)


def rows(mask):
    return [''.join('x' if cell else '.' for cell in row) for row in mask[0, 0].tolist()]


def test_the_rules_on_a_small_sequence():
    steps = [group('obs_primary', 2, 2), group('readout_action', 2, 1)]
    assert rows(attention_mask([prefix_group(2)], steps, correct=True)) == [
        'xx......',  # task: itself
        'xx......',
        'xxxx....',  # first observation: task and itself
        'xxxx....',
        'xxxxx...',  # first readout: all of the past, and itself
        'xxxx.xx.',  # second observation: no readout
        'xxxx.xx.',
        'xxxxxxxx',  # second readout: all
    ]


def test_the_mislabelled_readout_of_the_first_version():
    steps = [group('obs_primary', 2, 2), group('readout_action', 2, 1)]
    legacy = attention_mask([prefix_group(2)], steps, correct=False)
    assert rows(legacy) == [
        'xx......',
        'xx......',
        'xxxxx...',  # observations see the readout: it counts as one of them
        'xxxxx...',
        'xxxxx...',
        'xxxxxxxx',
        'xxxxxxxx',
        'xxxxxxxx',
    ]


def test_of_several_readout_tokens_only_the_first_is_mislabelled():
    steps = [group('obs_primary', 1, 2), group('readout_action', 1, 2)]
    assert rows(attention_mask([], steps, correct=False)) == ['xxx.', 'xxx.', 'xxx.', 'xxxx']


def test_readouts_do_not_see_each_other():
    steps = [group('obs_a', 1, 1), group('readout_b', 1, 2), group('readout_c', 1, 1)]
    assert rows(attention_mask([], steps, correct=True)) == ['x...', 'xxx.', 'xxx.', 'x..x']


@given(st.tuples(SIZES, SIZES, SIZES, SIZES), st.booleans(), st.booleans())
def test_nobody_sees_the_future_or_what_is_hidden(sizes, shown, correct):
    window, task, camera, readout = sizes
    steps = [group('obs_a', window, camera), group('readout_b', window, readout)]
    mask = attention_mask([prefix_group(task, shown)], steps, correct=correct)[0, 0]
    per_step = camera + readout
    assert mask.shape == (task + window * per_step,) * 2
    time = torch.tensor([-1] * task + [t for t in range(window) for _ in range(per_step)])
    assert not mask[time[:, None] < time[None, :]].any()
    assert bool(mask[:, :task].any()) is shown
    assert mask[task:, task:].diagonal().all()
