# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The recent frames of one camera, and whether they may be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from octo_ros.observation.durations import in_words, to_ns
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.observation.repeats import PictureCounts, PictureRepeats
from octo_ros.observation.track import Track, nearest

if TYPE_CHECKING:
    from octo_ros.embodiment import Camera
    from octo_ros.sources import DepthCamera
    from octo_ros.types import Sample

CAPACITY = 64  # one second at 60 Hz; all that is held while nobody asks


class CameraFrames:
    """Keeps the undecoded messages of one camera and applies its limits.

    Args:
        key: Its observation key, to name what is missing.
        camera: Its limits.
        history_ns: How much longer than `max_age` frames are kept, for `nearest` [ns].
    """

    def __init__(self, key: str, camera: Camera | DepthCamera, history_ns: int = 0) -> None:
        self._key = key
        self._camera = camera
        self._max_age_ns = to_ns(camera.max_age)
        self._latency_ns = to_ns(camera.latency)
        keep_ns = self._max_age_ns + history_ns
        self._track: Track[Any] = Track(keep_ns, CAPACITY, self._max_age_ns)
        self._repeats = PictureRepeats(CAPACITY)

    @property
    def lead_ns(self) -> int:
        """How long before a time frames matter for what is known of the camera then [ns]."""
        return 2 * self._max_age_ns + to_ns(self._camera.max_repeat or 0.0)

    @property
    def pictures(self) -> PictureCounts:
        """How many frames came, and how many of them repeated a picture."""
        return self._repeats.counts

    def add(self, sample: Sample[Any]) -> None:
        """Take a camera message."""
        self._track.add(sample)
        self._repeats.add(sample)

    def clear(self) -> None:
        """Forget everything."""
        self._track.clear()
        self._repeats.clear()

    def taken_ns(self, frame: Sample[Any]) -> int:
        """When a frame was exposed: its stamp less the camera's latency [ns]."""
        return frame.stamp_ns - self._latency_ns

    def newest(self, now_ns: int) -> Sample[Any] | Missing:
        """The newest frame known at `now_ns` [ns], unless it is too old or the camera frozen."""
        limit = self._max_age_ns
        arrived = self._track.arrived(now_ns, limit)
        if not arrived:
            ahead = self._track.ahead_ns(now_ns)
            if 2 * ahead > limit:
                figures = f'frames are stamped {in_words(ahead)} after their arrival'
                return self._missing(MissingCause.AHEAD, figures)
            figures = f'no frame in the last {in_words(limit)}'
            return self._missing(MissingCause.NOTHING_ARRIVED, figures)
        newest = arrived[-1]
        age = now_ns - min(newest.received_ns, newest.stamp_ns)
        if age > limit:
            return self._missing(MissingCause.TOO_OLD, f'{in_words(age)} old, {_at_most(limit)}')
        if self._camera.max_repeat is not None:
            repeated, most = self._repeats.repeated_ns(newest), to_ns(self._camera.max_repeat)
            if repeated > most:
                figures = f'the same picture for {in_words(repeated)}, {_at_most(most)}'
                return self._missing(MissingCause.FROZEN, figures)
        return newest

    def beside(self, time_ns: int, now_ns: int) -> Sample[Any] | Missing:
        """The frame exposed nearest to the primary one's `time_ns` [ns], from a live camera."""
        newest = self.newest(now_ns)
        if isinstance(newest, Missing):
            return newest
        recent = self._track.arrived(now_ns, self._max_age_ns)
        return self._nearest(recent, time_ns, to_ns(self._camera.max_skew))

    def recall(self, time_ns: int, now_ns: int) -> Sample[Any] | Missing:
        """The frame exposed nearest to an earlier primary one's `time_ns` [ns]."""
        return self.nearest(time_ns, to_ns(self._camera.max_skew), now_ns)

    def nearest(self, time_ns: int, within_ns: int, now_ns: int) -> Sample[Any] | Missing:
        """The frame known at `now_ns` that was exposed nearest to `time_ns`, at most so far [ns].

        It may be older than a newest frame may be.
        """
        return self._nearest(self._track.arrived(now_ns), time_ns, within_ns)

    def _nearest(
        self, arrived: list[Sample[Any]], time_ns: int, within_ns: int
    ) -> Sample[Any] | Missing:
        if not arrived:
            return self._missing(MissingCause.NOTHING_ARRIVED, 'no frame known')
        frame = nearest(arrived, time_ns + self._latency_ns)
        distance = self.taken_ns(frame) - time_ns
        if abs(distance) > within_ns:
            figures = f'the nearest is {in_words(distance)} away, {_at_most(within_ns)}'
            return self._missing(MissingCause.TOO_FAR, figures)
        return frame

    def _missing(self, cause: MissingCause, figures: str) -> Missing:
        return Missing(self._key, cause, f'{self._camera.topic}: {figures}')


def _at_most(limit_ns: int) -> str:
    return f'at most {in_words(limit_ns)} is allowed'
