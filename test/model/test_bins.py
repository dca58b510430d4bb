# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.model.bins import Bins
from octo_ros.model.config import BinConfig

UNIFORM = Bins(BinConfig(n_bins=16, low=-2.0, high=2.0))
NORMAL = Bins(BinConfig(n_bins=12, bin_type='normal'))


@given(st.floats(-2, 2, width=32, exclude_max=True, allow_subnormal=False))
def test_a_number_lies_in_its_bin_and_near_its_middle(x):
    number = UNIFORM.encode(torch.tensor([x]))
    low, high = UNIFORM.thresholds[number], UNIFORM.thresholds[number + 1]
    assert low <= x < high
    assert abs(UNIFORM.decode(number).item() - x) <= 0.125 + 1e-6


@given(st.integers(0, 15))
def test_the_middle_of_a_bin_lies_in_it(number):
    number = torch.tensor([number])
    assert UNIFORM.encode(UNIFORM.decode(number)) == number


@pytest.mark.parametrize(('x', 'number'), [(-2.0, 0), (-1e9, 0), (2.0, 15), (1e9, 15)])
def test_uniform_bins_take_what_lies_outside(x, number):
    assert UNIFORM.encode(torch.tensor([x])).item() == number


@pytest.mark.parametrize(('x', 'number'), [(-5.0, 0), (5.0, 0), (4.7, 11), (float('nan'), 0)])
def test_beyond_the_normal_bins_is_the_first_as_in_the_original(x, number):
    assert NORMAL.encode(torch.tensor([x])).item() == number


def test_normal_bins_are_equally_probable():
    x = torch.randn(120_000, generator=torch.Generator().manual_seed(0))
    counts = torch.bincount(NORMAL.encode(x), minlength=12)
    assert (counts - 10_000).abs().max() < 500  # 5 standard deviations


def test_bins_lie_between_their_ends():
    edges = Bins(BinConfig(n_bins=3, low=0.1, high=0.7)).thresholds
    np.testing.assert_allclose(edges, [0.1, 0.3, 0.5, 0.7], rtol=0, atol=1e-7)
    assert edges.dtype == np.float32
    assert NORMAL.thresholds[[0, -1]] == pytest.approx([-4.7534, 4.7534], abs=1e-2)
