# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from octo_ros.model.config import StemConfig
from octo_ros.model.stem import SmallStem, StdConv


def test_kernel_is_standardised_per_output_channel():
    conv = StdConv(3, 4, kernel_size=3)
    x = torch.randn(1, 3, 5, 5)
    with torch.no_grad():
        before = conv(x)
        conv.weight.mul_(torch.tensor([2.0, 3.0, 4.0, 5.0])[:, None, None, None]).add_(7.0)
        torch.testing.assert_close(conv(x), before, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ('kind', 'size', 'rows'),
    [('SmallStem16', 64, 4), ('SmallStem32', 64, 2), ('SmallStem16', 50, 4)],
)
def test_patches(kind, size, rows):
    config = StemConfig(kind=kind, features=(32, 32, 32, 32), num_features=24)
    with torch.no_grad():
        assert SmallStem(config, 6)(torch.zeros(2, 6, size, size)).shape == (2, 24, rows, rows)
