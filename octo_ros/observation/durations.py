# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Durations as the contract gives them, as the code counts them, and as people read them."""

from __future__ import annotations


def to_ns(seconds: float) -> int:
    """Seconds → ns."""
    return round(seconds * 1e9)


def in_words(duration_ns: int) -> str:
    """Ns → `250 ms`, or `1.2 s` from a second on."""
    if abs(duration_ns) >= 1_000_000_000:
        return f'{duration_ns / 1e9:.1f} s'
    return f'{duration_ns / 1e6:.0f} ms'
