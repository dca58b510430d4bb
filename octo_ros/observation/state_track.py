# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The recent states of one source, and whether they tell of a wanted time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from octo_ros.observation.durations import in_words
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.observation.track import RECEIVED, Bracket, Track, bracket

if TYPE_CHECKING:
    from octo_ros.types import Sample

T = TypeVar('T')

CAPACITY = 4096  # four seconds at 1 kHz


class StateTrack(Generic[T]):
    """Keeps states that change steadily and finds those around a time.

    Args:
        source: Its name, to say what is missing.
        max_age_ns: Oldest state that may be used, and longest gap to be bridged [ns].
        keep_ns: How long before the newest tick states are kept [ns].
        latency_ns: Time between measurement and stamp, subtracted from every stamp [ns].
    """

    def __init__(self, source: str, max_age_ns: int, keep_ns: int, latency_ns: int = 0) -> None:
        self._source = source
        self._max_age_ns = max_age_ns
        self._latency_ns = latency_ns
        self._track: Track[T] = Track(keep_ns, CAPACITY, max_age_ns)

    def add(self, sample: Sample[T]) -> None:
        """Take a state."""
        self._track.add(sample)

    def clear(self) -> None:
        """Forget everything."""
        self._track.clear()

    def near(self, time_ns: int, now_ns: int) -> Bracket[T] | Missing:
        """The states around `time_ns`, of what was known at `now_ns` [ns]."""
        arrived = self._track.arrived(now_ns)
        limit, stamp_ns = self._max_age_ns, time_ns + self._latency_ns
        if not arrived:
            ahead = self._track.ahead_ns(now_ns)
            if 2 * ahead > limit:
                return self._missing(
                    MissingCause.AHEAD, f'stamped {in_words(ahead)} after arrival'
                )
            return self._missing(MissingCause.NOTHING_ARRIVED, 'no message known')
        newest_ns = max(map(RECEIVED, arrived))
        age = max(now_ns - newest_ns, stamp_ns - arrived[-1].stamp_ns)
        if age > limit:
            detail = f'{in_words(age)} old, at most {in_words(limit)} is allowed'
            return self._missing(MissingCause.TOO_OLD, detail)
        found = bracket(arrived, stamp_ns)
        if found is None:
            detail = f'the first comes {in_words(arrived[0].stamp_ns - stamp_ns)} after it'
            return self._missing(MissingCause.STARTS_LATE, detail)
        gap = found.after.stamp_ns - found.before.stamp_ns
        if gap > limit:
            detail = f'{in_words(gap)} without a message, at most {in_words(limit)} is allowed'
            return self._missing(MissingCause.GAP, detail)
        return found

    def skew_ns(self, found: Bracket[T], time_ns: int) -> int:
        """Distance of what `near` found from the wanted time [ns]; 0 where it interpolated."""
        if found.before is not found.after:
            return 0
        return found.before.stamp_ns - self._latency_ns - time_ns

    def _missing(self, cause: MissingCause, detail: str) -> Missing:
        return Missing(self._source, cause, detail)
