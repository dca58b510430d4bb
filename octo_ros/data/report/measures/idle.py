# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How much of an episode the arm stands still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.report.measures.motion import achieved_motion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from octo_ros.data.report.facts import EpisodeFacts, PartFacts

# Speeds, so that the verdict does not depend on the rate.
IDLE_SPEED = 0.005  # m/s
IDLE_TURN = np.radians(2.0)  # rad/s
IDLE_GRIPPER = 0.02  # of its range, per step


@dataclass(frozen=True)
class Idle:
    """Stillness of one episode.

    Attributes:
        motions: Ways from one observation to the next.
        still: How many of them the arm stood still.
        leading: Of these, before it first moved.
        trailing: Of these, after it last moved.
    """

    motions: int
    still: int
    leading: int
    trailing: int

    @property
    def share(self) -> float:
        """Of the motions; 0 without any."""
        return self.still / self.motions if self.motions else 0.0


def idle_of(episode: EpisodeFacts, hz: float) -> Idle:
    """Stillness of one episode, as its recorded poses tell it."""
    still = [_still(part, hz) for part in episode.parts if len(part.proprio) > 1]
    if not still:
        return Idle(0, 0, 0, 0)
    whole = np.concatenate(still)
    moves = np.flatnonzero(~whole)
    leading = int(moves[0]) if len(moves) else len(whole)
    trailing = len(whole) - 1 - int(moves[-1]) if len(moves) else 0
    return Idle(len(whole), int(whole.sum()), leading, trailing)


def idle_in_all(episodes: Sequence[Idle]) -> Idle:
    """The sum over episodes."""
    return Idle(
        motions=sum(idle.motions for idle in episodes),
        still=sum(idle.still for idle in episodes),
        leading=sum(idle.leading for idle in episodes),
        trailing=sum(idle.trailing for idle in episodes),
    )


def _still(part: PartFacts, hz: float) -> NDArray[np.bool_]:
    motion = achieved_motion(part.proprio)
    result: NDArray[np.bool_] = (
        (np.linalg.norm(motion[:, :3], axis=1) * hz < IDLE_SPEED)
        & (np.linalg.norm(motion[:, 3:6], axis=1) * hz < IDLE_TURN)
        & (np.abs(motion[:, 6]) < IDLE_GRIPPER)
    )
    return result
