# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The history that the policy sees: the last observations, one step apart, with pad mask."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.observation.missing import Missing
from octo_ros.types import ObservationWindow

if TYPE_CHECKING:
    from octo_ros.types import Observation


@dataclass(frozen=True)
class LateSlot:
    """A slot that stays padded although the history had begun by its time.

    Attributes:
        steps_back: Which: so many steps before the newest.
        missing: What there was instead.
    """

    steps_back: int
    missing: Missing

    @property
    def reason(self) -> str:
        """The whole story in one sentence."""
        return f'Slot t-{self.steps_back} of the window is padded: {self.missing.reason}'


class WindowBuffer:
    """Keeps what a window needs, whether the loop ticks faster or slower than the policy's step.

    Slots are counted from the newest observation at time t: slot k back holds the observation
    nearest to t - k·step, at most a quarter of a step away, so that it is the one that was newest
    k steps ago. A frame farther off is not passed for one of that time: from the first slot
    without an observation backwards all slots are padded with copies of the oldest observation in
    use, as Octo pads the start of an episode, and `fill` tells of it.

    Args:
        window_size: Observations per window, at least 1.
        step_ns: Distance of the slots: the policy's `action_dt` [ns].

    Attributes:
        span_ns: How far back from the newest observation slots may reach [ns].
    """

    def __init__(self, window_size: int, step_ns: int) -> None:
        if window_size < 1 or step_ns < 1:
            msg = f'A window needs size and step of at least 1, got {window_size}, {step_ns} ns.'
            raise ValueError(msg)
        self._window_size = window_size
        self._step_ns = step_ns
        # Half a camera period at 10 Hz for Bridge's 5 Hz, at 30 Hz for DROID's 15 Hz.
        self._allowed_ns = step_ns // 4
        self.span_ns = (window_size - 1) * step_ns + self._allowed_ns
        self._began_ns = 0
        self._observations: list[Observation] = []

    def add(self, observation: Observation) -> None:
        """Take the newest observation.

        One with the stamp of the last replaces it (the same frame at a faster tick). One with an
        older stamp means that the clock went back, so what was known before is forgotten.
        """
        if self._observations and observation.stamp_ns < self._observations[-1].stamp_ns:
            self.clear()
        if not self._observations:
            self._began_ns = observation.stamp_ns
        if self._observations and observation.stamp_ns == self._observations[-1].stamp_ns:
            self._observations.pop()
        self._observations.append(observation)
        oldest = observation.stamp_ns - self._window_size * self._step_ns
        self._observations = [o for o in self._observations if o.stamp_ns >= oldest]

    def clear(self) -> None:
        """Forget the history, as at the start of a new task."""
        self._observations.clear()

    def fill(self, recall: Callable[[int, int], Observation | Missing]) -> tuple[LateSlot, ...]:
        """Look for the slots that no tick observed, such as those between two slow ticks.

        Nothing from before the first observation is asked for: a history that has just begun is
        short, not late.

        Args:
            recall: Time of an observation and how far from it one may be [ns] → that observation.

        Returns:
            Slots that stay empty, the newest first.

        Raises:
            ObservationError: Nothing was added yet.
        """
        newest_ns, late = self._newest().stamp_ns, []
        for k in range(1, self._window_size):
            wanted_ns = newest_ns - k * self._step_ns
            if wanted_ns < self._began_ns or self._nearest(wanted_ns) is not None:
                continue
            recalled = recall(wanted_ns, self._allowed_ns)
            if isinstance(recalled, Missing):
                late.append(LateSlot(k, recalled))
            else:
                insort(self._observations, recalled, key=lambda o: o.stamp_ns)
        return tuple(late)

    def window(self) -> ObservationWindow:
        """The window that ends with the newest observation.

        Raises:
            ObservationError: Nothing was added yet.
        """
        newest = self._newest()
        slots = [*self._history(newest.stamp_ns), newest]
        padding = self._window_size - len(slots)
        padded = [slots[0]] * padding + slots
        return ObservationWindow(
            images={key: np.stack([o.images[key] for o in padded]) for key in slots[0].images},
            proprio=np.stack([o.proprio for o in padded]),
            timestep_pad_mask=np.arange(self._window_size) >= padding,
            stamps_ns=np.array([o.stamp_ns for o in padded]),
        )

    def next_history(self, period_ns: int) -> tuple[Observation, ...]:
        """What will stand in front of the next observation, as far as it is known now.

        An engine prepares these slots in the time until then. It must compare them with the window
        that really comes: the next frame may be earlier or later.

        Args:
            period_ns: How long after the newest observation the next one is expected [ns].

        Returns:
            At most `window_size - 1` observations, oldest first; fewer where slots will be padded.

        Raises:
            ObservationError: Nothing was added yet.
        """
        return tuple(self._history(self._newest().stamp_ns + period_ns))

    def _newest(self) -> Observation:
        if not self._observations:
            msg = 'There is no observation to make a window of; add one first.'
            raise ObservationError(msg)
        return self._observations[-1]

    def _nearest(self, time_ns: int) -> Observation | None:
        """The observation nearest to a time, if it is near enough."""
        found = min(self._observations, key=lambda o: abs(o.stamp_ns - time_ns))
        return found if abs(found.stamp_ns - time_ns) <= self._allowed_ns else None

    def _history(self, newest_ns: int) -> list[Observation]:
        """The real observations in front of one at `newest_ns`, oldest first, without a hole."""
        slots: list[Observation] = []
        for k in range(1, self._window_size):
            found = self._nearest(newest_ns - k * self._step_ns)
            if found is None:
                break
            slots.insert(0, found)
        return slots
