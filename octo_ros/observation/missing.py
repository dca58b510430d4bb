# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Why there is no observation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class MissingCause(Enum):
    """What is wrong with a source; the value is the middle of the sentence."""

    NOTHING_ARRIVED = 'nothing usable has arrived'
    TOO_OLD = 'the newest message is too old'
    AHEAD = 'its clock is ahead of the receiver'
    FROZEN = 'the camera is frozen'
    TOO_FAR = 'no frame lies close enough to the wanted time'
    STARTS_LATE = 'the primary frame is older than everything known'
    GAP = 'there is a gap around the primary frame'
    UNREADABLE = 'the frame cannot be decoded'


@dataclass(frozen=True)
class Missing:
    """There is no observation now, and why.

    Attributes:
        source: `image_primary`, the key of another camera or source of numbers, `joint_states` or
            `tcp_pose`.
        cause: What is wrong with it.
        detail: Topic and figures, for people.
    """

    source: str
    cause: MissingCause
    detail: str

    @property
    def reason(self) -> str:
        """The whole story in one sentence."""
        return f'{self.source}: {self.cause.value} ({self.detail}).'
