# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Receding horizon control: some actions of a chunk, then a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.errors import PolicyError
from octo_ros.policy.chunking.single import SingleChunkScheduler

if TYPE_CHECKING:
    from octo_ros.types import ActionSpec


class RecedingHorizon(SingleChunkScheduler):
    """Executes k actions of a chunk, then goes over to the newest one, as Octo's `RHCWrapper`.

    Octo's wrapper lets the arm wait for the next chunk; here inference goes on meanwhile. So the
    first k actions are executed where a chunk is known in time; of a late one, what is left of
    them, so that one late chunk does not shift all that follow. When there is no newer chunk after
    k actions, the rest of the old one goes on until there is.

    Args:
        spec: Meaning of the actions.
        execute_actions: k, 1..`spec.action_horizon`.

    Raises:
        PolicyError: k is out of range.
    """

    def __init__(self, spec: ActionSpec, execute_actions: int) -> None:
        if not 1 <= execute_actions <= spec.action_horizon:
            msg = (
                f'execute_actions is {execute_actions}; this policy predicts '
                f'{spec.action_horizon} action(s) per chunk: set it to 1..{spec.action_horizon}.'
            )
            raise PolicyError(msg)
        super().__init__(spec, hold_actions=execute_actions)
