# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.model.loss import ActionTargets, distance, masked_mean

numbers = st.floats(-100, 100, width=32)
entries = st.lists(st.tuples(numbers, numbers, st.booleans()), min_size=1, max_size=20)


@given(entries)
def test_what_is_masked_does_not_count(entries):
    x, other, mask = (torch.tensor(column) for column in zip(*entries, strict=True))
    x, other = x.float(), other.float()
    changed = torch.where(mask, x, other)
    torch.testing.assert_close(masked_mean(changed, mask), masked_mean(x, mask))


@given(entries)
def test_it_is_the_mean_of_the_rest(entries):
    x, _, mask = (torch.tensor(column) for column in zip(*entries, strict=True))
    expected = x.float()[mask].mean() if mask.any() else torch.tensor(0.0)
    torch.testing.assert_close(masked_mean(x.float(), mask), expected, rtol=1e-4, atol=1e-4)


def test_the_mask_is_repeated_over_leading_axes():
    x = torch.arange(6.0).reshape(2, 3)
    assert masked_mean(x, torch.tensor([True, False, False])).item() == pytest.approx(1.5)


def test_padded_timesteps_and_masked_entries_do_not_count():
    targets = ActionTargets(
        torch.zeros(1, 2, 1, 2),
        torch.tensor([True, False]).expand(1, 2, 1, 2),
        torch.tensor([[False, True]]),
    )
    assert targets.counts.tolist() == [[[[False, False]], [[True, False]]]]


def test_distances_are_float32_in_any_type():
    a, b = torch.tensor([1.0, -2.0]).half(), torch.tensor([0.5, 1.0]).half()
    assert distance(a, b, 'l1').tolist() == [0.5, 3.0]
    assert distance(a, b, 'mse').tolist() == [0.25, 9.0]
    assert distance(a, b, 'mse').dtype == torch.float32
