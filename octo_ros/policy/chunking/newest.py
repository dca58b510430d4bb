# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Execution of whatever is newest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.policy.chunking.single import SingleChunkScheduler

if TYPE_CHECKING:
    from octo_ros.types import ActionSpec


class NewestChunk(SingleChunkScheduler):
    """Goes over to a newer chunk as soon as it has begun, also in the middle of an action.

    It reacts fastest, and it changes most often between chunks that differ by chance.

    Args:
        spec: Meaning of the actions.
    """

    def __init__(self, spec: ActionSpec) -> None:
        super().__init__(spec, hold_actions=0)
