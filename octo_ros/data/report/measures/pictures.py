# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How often cameras repeated a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octo_ros.data.report.facts import ConversionFacts, EpisodeFacts

# Frames from before the first tick count, and the rate of a camera is not exact.
CLEARLY_MORE = 1.2


@dataclass(frozen=True)
class CameraPictures:
    """One camera over the whole dataset.

    Attributes:
        camera: Its key.
        frames: Frames that arrived during episodes.
        repeated: Of these, with the same picture as the one before.
        longest_repeat_s: Longest time for which one picture came again and again [s].
        longest_place: Name of the episode in which it was; empty if nothing was repeated.
    """

    camera: str
    frames: int
    repeated: int
    longest_repeat_s: float
    longest_place: str

    @property
    def share(self) -> float:
        """Of repeated frames; 0 without frames."""
        return self.repeated / self.frames if self.frames else 0.0


def camera_pictures(facts: ConversionFacts) -> tuple[CameraPictures, ...]:
    """One per camera, in the order of the first episode."""
    cameras = dict.fromkeys(key for episode in facts.episodes for key in episode.pictures)
    return tuple(_camera(key, facts) for key in cameras)


def is_faster_than_ticks(episode: EpisodeFacts, camera: str) -> bool:
    """Whether a camera sent clearly more frames than there were ticks: it is not just as fast."""
    return episode.pictures[camera].frames > CLEARLY_MORE * episode.report.ticks


def _camera(key: str, facts: ConversionFacts) -> CameraPictures:
    seen = [episode for episode in facts.episodes if key in episode.pictures]
    worst = max(seen, key=lambda episode: episode.pictures[key].longest_repeat_s)
    longest = worst.pictures[key].longest_repeat_s
    return CameraPictures(
        camera=key,
        frames=sum(episode.pictures[key].frames for episode in seen),
        repeated=sum(episode.pictures[key].repeated for episode in seen),
        longest_repeat_s=longest,
        longest_place=worst.report.place if longest > 0.0 else '',
    )
