# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A span of a recording that becomes training data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Episode:
    """A span of a recording that becomes training data.

    Attributes:
        episode_id: Unique within the recording.
        start_ns: First moment [ns].
        end_ns: Last moment [ns].
        instruction: Task in words; empty if nobody said it.
        success: How it went; None if nobody said it.
        discarded: It is not to be used.
    """

    episode_id: str
    start_ns: int
    end_ns: int
    instruction: str = ''
    success: bool | None = None
    discarded: bool = False
