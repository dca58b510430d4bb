# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Cameras that send the same picture again and again, found by content.

Age does not show them: a driver that hangs on one buffer goes on giving it fresh stamps. The noise
of a sensor makes two pictures of even a motionless scene differ, so equal bytes mean a repetition.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.observation.track import arrival_ns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.types import Sample

# The first bytes tell pictures of a sensor with noise apart, whose other bytes then need not even
# be read from a bag. A saturated sky at the top may be the same: then every 509th byte is compared
# (a prime, so that no grid of pixels, channels or rows is met every time), and only where these
# agree are all.
HEAD = 4096
STRIDE = 509


@dataclass(frozen=True)
class PictureCounts:
    """What a camera sent in all.

    Attributes:
        frames: Messages.
        repeated: Of them, those with the picture of the message before.
        longest_repeat_s: Longest time between the first and the last message of one picture [s].
    """

    frames: int
    repeated: int
    longest_repeat_s: float


class PictureRepeats:
    """Knows since when a camera has been sending the picture that it sends.

    It depends on nothing but the messages up to the one asked about, so the live node and the
    converter find the same, however often they ask.

    Args:
        capacity: Changes of picture that are remembered.
    """

    def __init__(self, capacity: int) -> None:
        self._newest: _Picture | None = None
        self._changes_ns: deque[int] = deque(maxlen=capacity)
        self._frames = self._repeated = self._longest_ns = 0

    @property
    def counts(self) -> PictureCounts:
        """Over all that was ever added."""
        return PictureCounts(self._frames, self._repeated, self._longest_ns / 1e9)

    def add(self, sample: Sample[Any]) -> None:
        """Compare a camera message, raw or compressed, with the one that arrived before it."""
        picture = _Picture(sample.value)
        self._frames += 1
        if self._newest is None or not picture.equals(self._newest):
            self._changes_ns.append(arrival_ns(sample))
        else:
            self._repeated += 1
            self._longest_ns = max(self._longest_ns, arrival_ns(sample) - self._changes_ns[-1])
        self._newest = picture

    def repeated_ns(self, sample: Sample[Any]) -> int:
        """How long before this frame the camera first sent its picture [ns]; 0 if it is new.

        Args:
            sample: One of those added.
        """
        arrived = arrival_ns(sample)
        since = (change for change in reversed(self._changes_ns) if change <= arrived)
        return arrived - next(since, arrived)

    def clear(self) -> None:
        """Forget all pictures; what was counted stays."""
        self._newest = None
        self._changes_ns.clear()


class _Picture:
    """The picture of a message; of one that is still in its bag, the first bytes are at hand."""

    def __init__(self, message: Any) -> None:  # noqa: ANN401 - of rclpy, rosbags or a bag
        self._message = message
        first = getattr(message, 'first_bytes', None)
        if first is None:
            data = self._data()
            self._size, self._first = data.size, data[:HEAD].tobytes()
        else:
            self._size, self._first = message.size, first

    def equals(self, other: _Picture) -> bool:
        common = min(len(self._first), len(other._first))
        if self._size != other._size or self._first[:common] != other._first[:common]:
            return False
        mine, theirs = self._data(), other._data()
        looks = (slice(HEAD), slice(None, None, STRIDE), slice(None))
        return all(np.array_equal(mine[look], theirs[look]) for look in looks)

    def _data(self) -> NDArray[np.uint8]:
        return np.frombuffer(self._message.data, np.uint8)
