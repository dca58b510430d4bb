# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""When the gripper opens and closes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octo_ros.limits import GripperRules


class GripperVotes:
    """Lets the gripper flip between open and closed once several commands in a row ask for it.

    A policy that wavers around the middle would wear the gripper out and drop what it holds. An
    opening below `close_below` is a vote to close, one above `open_above` a vote to open; between
    the two it is none. `votes` equal votes in a row, none older than `timeout`, flip the gripper,
    at least `min_interval` after it flipped before; until then the votes keep waiting.

    Only accepted commands vote, and a stop forgets the votes: so the gripper never changes while
    the arm stops, holds or is latched.

    Args:
        rules: Of the robot.
        measured: Opening 0..1 that is held until the first flip.

    Attributes:
        opening: What to send: `measured` at first, from the first flip on 0.0 or 1.0.
        flipped: Whether it ever flipped.
    """

    def __init__(self, rules: GripperRules, measured: float) -> None:
        self._rules = rules
        self._timeout_ns = round(1e9 * rules.timeout)
        self._min_interval_ns = round(1e9 * rules.min_interval)
        self._voted_ns = deque[int](maxlen=rules.votes)
        self._vote = 0.0
        self._flipped_ns: int | None = None
        self.opening = measured
        self.flipped = False

    def heard(self, now_ns: int, requested: float) -> None:
        """Count the vote of an accepted command.

        Args:
            now_ns: Time of the tick [ns].
            requested: Opening that it asks for, 0 closed .. 1 open.
        """
        if self._rules.close_below <= requested <= self._rules.open_above:
            return
        vote = 1.0 if requested > self._rules.open_above else 0.0
        if vote != self._vote:
            self._voted_ns.clear()
        self._vote = vote
        self._voted_ns.append(now_ns)
        if self.flipped and vote == self.opening:
            return
        enough = len(self._voted_ns) == self._rules.votes
        if enough and now_ns - self._voted_ns[0] <= self._timeout_ns and self._rested(now_ns):
            self.opening, self._flipped_ns, self.flipped = vote, now_ns, True

    def forget(self) -> None:
        """A stop: unfinished votes do not count any more."""
        self._voted_ns.clear()

    def restart(self) -> None:
        """A reset, perhaps with another clock: keep the decision, but not when it was made."""
        self.forget()
        self._flipped_ns = None

    def _rested(self, now_ns: int) -> bool:
        return self._flipped_ns is None or now_ns - self._flipped_ns >= self._min_interval_ns
