# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.model.attention_mask import attention_mask
from octo_ros.model.batch import TokenGroup
from octo_ros.policy.engines.slot_layout import SlotLayout, slot_layout


@pytest.mark.parametrize(
    ('name', 'layout'),
    [
        ('octo_tiny_lang', SlotLayout((), ((0, 0),), (0,))),
        ('octo_tiny_goal', SlotLayout(((0, 0),), (), (0,))),
        ('octo_tiny_mse', SlotLayout((), ((0, 0), (0, 1), (0, 2)), (0, 1, 2))),
        ('octo_tiny_discrete_step', SlotLayout(((0, 0),), ((0, 1), (0, 2), (0, 3)), (0, 1, 2, 3))),
        # The first token of `value` counts as one of `action`.
        ('octo_tiny_readouts', SlotLayout(((0, 0),), ((0, 1), (1, 0)), (0, 1))),
        ('octo_tiny_discrete_map', None),  # The head reads the observation tokens.
    ],
)
def test_layouts_of_the_fixtures(world, name, layout):
    assert slot_layout(world(name).octo.config) == layout


def test_a_head_whose_tokens_do_not_see_each_other_has_no_layout(world):
    config = world('octo_tiny_readouts').octo.config
    extra = replace(config, head=replace(config.head, readout_key='readout_extra'))
    assert slot_layout(extra) is None


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    chosen=st.integers(0, 3),
    correct=st.booleans(),
    repeat=st.booleans(),
)
def test_rows_see_what_the_layout_says(world, sizes, chosen, correct, repeat):
    """Against the network's own mask, over three slots."""
    config = world('octo_tiny_lang').octo.config
    names = [f'r{i}' for i in range(len(sizes))]
    config = replace(
        config,
        readouts=tuple(zip(names, sizes, strict=True)),
        head=replace(config.head, readout_key=f'readout_{names[chosen % len(sizes)]}'),
        use_correct_attention=correct,
        repeat_task_tokens=repeat,
    )
    layout = slot_layout(config)
    if layout is None:
        assert not correct
        return

    def group(name, *shape):
        mask = torch.ones(*shape, dtype=torch.bool)
        return TokenGroup(name, torch.zeros(*shape, 1), mask)

    observed = [('obs_primary', 3), ('obs_wrist', 2), *[('obs_task_language', 4)] * repeat]
    groups = [*observed, *((f'readout_{n}', s) for n, s in config.readouts)]
    mask = attention_mask(
        [group('task_language', 1, 4)],
        [group(name, 1, 3, size) for name, size in groups],
        correct=correct,
    )[0, 0]
    n_observed = sum(size for _, size in observed)
    starts = torch.tensor([0, *sizes]).cumsum(0) + n_observed
    n_step = int(starts[-1])

    def columns(tokens, slot):
        return [4 + slot * n_step + int(starts[r]) + i for r, i in tokens]

    def common(slot):
        first = 4 + slot * n_step
        return [*range(first, first + n_observed), *columns(layout.common, slot)]

    for slot in range(3):
        seen = set(range(4)).union(*(common(t) for t in range(slot + 1)))
        for row in common(slot):
            assert set(mask[row].nonzero().flatten().tolist()) == seen
        seen |= {c for t in range(slot + 1) for c in columns(layout.private, t)}
        for row in columns(layout.private, slot):
            assert set(mask[row].nonzero().flatten().tolist()) == seen
    wanted = [(chosen % len(sizes), i) for i in range(sizes[chosen % len(sizes)])]
    assert [layout.readouts[i] for i in layout.head] == wanted
