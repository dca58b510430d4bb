# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The history that the policy sees: the last observations, one step apart, with pad mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.types import ObservationWindow

if TYPE_CHECKING:
    from octo_ros.types import Observation


class WindowBuffer:
    """Keeps what a window needs, also when the loop ticks faster than the policy's step.

    Slots are counted from the newest observation at time t: slot k back holds the observation
    nearest to t - k·step, at most half a step away. From the first slot without one backwards all
    slots are padded with copies of the oldest observation in use, as Octo pads the start of an
    episode.

    Args:
        window_size: Observations per window, at least 1.
        step_ns: Distance of the slots: the policy's `action_dt` [ns].
    """

    def __init__(self, window_size: int, step_ns: int) -> None:
        if window_size < 1 or step_ns < 1:
            msg = f'A window needs size and step of at least 1, got {window_size}, {step_ns} ns.'
            raise ValueError(msg)
        self._window_size = window_size
        self._step_ns = step_ns
        self._observations: list[Observation] = []

    def add(self, observation: Observation) -> None:
        """Take the newest observation.

        One with the stamp of the last replaces it (the same frame at a faster tick). One with an
        older stamp means that the clock went back, so what was known before is forgotten.
        """
        if self._observations and observation.stamp_ns < self._observations[-1].stamp_ns:
            self.clear()
        if self._observations and observation.stamp_ns == self._observations[-1].stamp_ns:
            self._observations.pop()
        self._observations.append(observation)
        oldest = observation.stamp_ns - self._window_size * self._step_ns
        self._observations = [o for o in self._observations if o.stamp_ns >= oldest]

    def clear(self) -> None:
        """Forget the history, as at the start of a new task."""
        self._observations.clear()

    def window(self) -> ObservationWindow:
        """The window that ends with the newest observation.

        Raises:
            ObservationError: Nothing was added yet.
        """
        if not self._observations:
            msg = 'There is no observation to make a window of; add one first.'
            raise ObservationError(msg)
        slots = self._slots()
        padding = self._window_size - len(slots)
        padded = [slots[0]] * padding + slots
        return ObservationWindow(
            images={key: np.stack([o.images[key] for o in padded]) for key in slots[0].images},
            proprio=np.stack([o.proprio for o in padded]),
            timestep_pad_mask=np.arange(self._window_size) >= padding,
            stamps_ns=np.array([o.stamp_ns for o in padded]),
        )

    def _slots(self) -> list[Observation]:
        """The real observations of the window, oldest first, without a hole."""
        newest = self._observations[-1]
        slots = [newest]
        for k in range(1, self._window_size):
            wanted = newest.stamp_ns - k * self._step_ns
            found = min(self._observations, key=lambda o: abs(o.stamp_ns - wanted))
            if 2 * abs(found.stamp_ns - wanted) > self._step_ns or found is slots[0]:
                break
            slots.insert(0, found)
        return slots
