# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames that were taken but never arrived: the stamps of their neighbours tell of them."""

from __future__ import annotations

from collections import deque

import numpy as np

LEARNT_FROM = 30  # distances of frames whose median is the camera's period
LEAST = 5  # distances before anything is said
PAUSE_NS = 2_000_000_000  # a longer silence is a camera that was off, not frames that were lost


class FrameGaps:
    """Counts the frames of one camera.

    The camera's period is the median distance of its last frames. Between two frames that are n
    periods apart, n - 1 are missing. Frames that come out of order or twice fill no gap and open
    none.

    Args:
        thinned: Frames are left out on purpose before they get here, as by a relay: then their
            stamps tell nothing of losses, and none are counted.

    Attributes:
        received: Frames that arrived.
        dropped: Frames that did not.
    """

    def __init__(self, *, thinned: bool = False) -> None:
        self._thinned = thinned
        self.received = 0
        self.dropped = 0
        self._last_ns: int | None = None
        self._distances = deque[int](maxlen=LEARNT_FROM)

    def add(self, stamp_ns: int) -> None:
        """Take note of a frame's stamp [ns]."""
        self.received += 1
        last_ns, self._last_ns = self._last_ns, stamp_ns
        if last_ns is None or self._thinned:
            return
        distance = stamp_ns - last_ns
        if abs(distance) > PAUSE_NS:
            self._distances.clear()
            return
        if distance <= 0:
            self._last_ns = last_ns
            return
        if len(self._distances) >= LEAST:
            self.dropped += max(0, round(distance / float(np.median(self._distances))) - 1)
        self._distances.append(distance)
