# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from octo_ros.model.config import StemConfig
from octo_ros.model.stem import Film, SmallStem, StdConv


def test_kernel_is_standardised_per_output_channel():
    conv = StdConv(3, 4, kernel_size=3)
    x = torch.randn(1, 3, 5, 5)
    with torch.no_grad():
        before = conv(x)
        conv.weight.mul_(torch.tensor([2.0, 3.0, 4.0, 5.0])[:, None, None, None]).add_(7.0)
        torch.testing.assert_close(conv(x), before, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ('kind', 'patch_size', 'size', 'rows'),
    [
        ('SmallStem16', None, 64, 4),
        ('SmallStem32', None, 64, 2),
        ('SmallStem', None, 64, 2),
        ('SmallStem', 16, 50, 4),
    ],
)
def test_patches(kind, patch_size, size, rows):
    config = StemConfig(
        kind=kind, patch_size=patch_size, features=(32, 32, 32, 32), num_features=24
    )
    with torch.no_grad():
        assert SmallStem(config, 6)(torch.zeros(2, 6, size, size)).shape == (2, 24, rows, rows)


@torch.no_grad()
def test_film_scales_and_shifts_each_channel_by_the_vector():
    film = Film(2, 3)
    features, vector = torch.randn(4, 3, 5, 5), torch.randn(4, 2)
    scale, shift = film.scale(vector), film.shift(vector)
    expected = features[:, :, 2, 4] * (1 + scale) + shift
    torch.testing.assert_close(film(features, vector)[:, :, 2, 4], expected)
    for parameter in film.parameters():
        parameter.zero_()  # as after initialisation
    torch.testing.assert_close(film(features, vector), features, rtol=0, atol=0)
