# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A fleet whose policies have nothing in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.errors import OctoRosError

if TYPE_CHECKING:
    from octo_ros.policy.base import Policy, Request
    from octo_ros.types import ActionChunk


@dataclass(frozen=True)
class SeparateFleet:
    """Serves one robot after the other; see `octo_ros.policy.base.Fleet`."""

    policies: Sequence[Policy]

    def warm_up(self) -> None:
        """Each by itself."""
        for policy in self.policies:
            policy.warm_up()

    def infer(self, requests: Sequence[Request]) -> list[ActionChunk | OctoRosError]:
        """One after the other."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> ActionChunk | OctoRosError:
        policy = self.policies[request.robot]
        try:
            return policy.infer(request.window, request.task, request.start_ns)
        except OctoRosError as error:
            return error
