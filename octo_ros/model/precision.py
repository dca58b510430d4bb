# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""In which type the delicate sums are taken: softmaxes, standardised kernels, losses, sampling."""

from __future__ import annotations

import torch


def at_least_float32(dtype: torch.dtype) -> torch.dtype:
    """Float32 for a half-precision network; a float64 network stays float64 throughout."""
    return torch.promote_types(dtype, torch.float32)
