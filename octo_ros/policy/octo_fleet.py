# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Several robots on one network: one forward pass serves all that are ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.errors import OctoRosError
from octo_ros.policy.engines.together import act_together, warm_up

if TYPE_CHECKING:
    from octo_ros.policy.base import Request
    from octo_ros.policy.engines.base import Turn
    from octo_ros.policy.octo_policy import OctoPolicy
    from octo_ros.types import ActionChunk


@dataclass(frozen=True)
class OctoFleet:
    """See `octo_ros.policy.base.Fleet`.

    Attributes:
        policies: One per robot; those whose engines share a network are computed together.
    """

    policies: Sequence[OctoPolicy]

    def warm_up(self) -> None:
        """Every kind of window, for one robot, for two, … for all at a time."""
        for turns in zip(*(policy.rehearse() for policy in self.policies), strict=True):
            warm_up(turns)

    def infer(self, requests: Sequence[Request]) -> list[ActionChunk | OctoRosError]:
        """All in one pass, as far as their windows have the same form."""
        begun = [self._turn(request) for request in requests]
        turns = [turn for turn in begun if not isinstance(turn, OctoRosError)]
        outcomes = iter(act_together(turns))
        answers: list[ActionChunk | OctoRosError] = []
        for request, turn in zip(requests, begun, strict=True):
            if isinstance(turn, OctoRosError):
                answers.append(turn)
                continue
            outcome = next(outcomes)
            if isinstance(outcome, OctoRosError):
                answers.append(outcome)
                continue
            try:
                policy = self.policies[request.robot]
                answers.append(policy.chunk(outcome, request.window, request.start_ns))
            except OctoRosError as error:
                answers.append(error)
        return answers

    def _turn(self, request: Request) -> Turn | OctoRosError:
        try:
            policy = self.policies[request.robot]
            return policy.turn(request.window, request.task, request.start_ns)
        except OctoRosError as error:
            return error
