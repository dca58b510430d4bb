# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a relay has to say about one camera: what went well, and every loss with its reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.observation.relay import Fate

if TYPE_CHECKING:
    from octo_ros.observation.relay import CameraRelay, RelayOptions


@dataclass(frozen=True)
class RelayReport:
    """One camera between two reports.

    Attributes:
        problems: A sentence for each; none when all is well.
        arrived: Frames that arrived.
        rate: Frames sent per second [Hz].
        bytes_per_second: Bytes sent per second.
        quality: Lowest JPEG quality that was sent; None for PNG and when nothing was.
    """

    problems: tuple[str, ...]
    arrived: int
    rate: float
    bytes_per_second: float
    quality: int | None

    @property
    def text(self) -> str:
        """The problems, or what flows, in one line."""
        flow = f'{self.rate:.1f} Hz, {self.bytes_per_second / 1e6:.2f} MB/s'
        return ' '.join(self.problems) or f'{flow} are sent.'


class RelayReporter:
    """Makes the reports of one camera.

    Args:
        relay: Whose counts are read.
        options: Of the relay, to tell what it was to do.
    """

    def __init__(self, relay: CameraRelay, options: RelayOptions) -> None:
        self._relay = relay
        self._options = options
        self._fates: Counter[Fate] = Counter()
        self._bytes = 0

    def report(self, seconds: float) -> RelayReport:
        """Report what happened since the last call.

        Args:
            seconds: How long ago that was [s].
        """
        relay = self._relay
        fates, size = relay.fates - self._fates, relay.bytes_sent - self._bytes
        quality, relay.lowest_quality = relay.lowest_quality, None
        self._fates, self._bytes = Counter(relay.fates), relay.bytes_sent
        return RelayReport(
            problems=tuple(self._problems(fates, quality)),
            arrived=fates.total(),
            rate=fates[Fate.SENT] / seconds,
            bytes_per_second=size / seconds,
            quality=quality,
        )

    def _problems(self, fates: Counter[Fate], quality: int | None) -> list[str]:
        options, arrived, found = self._options, fates.total(), []
        limit = f'max_bytes_per_second of {options.max_bytes_per_second / 1e6:g} MB'
        if fates[Fate.UNREADABLE]:
            found.append(f'{fates[Fate.UNREADABLE]} frame(s) unreadable: {self._relay.reason}')
        if fates[Fate.HELD_BACK]:
            advice = 'raise it, lower max_rate'
            advice += ', or choose format jpeg' if options.format == 'png' else ''
            found.append(
                f'{fates[Fate.HELD_BACK]} of {arrived} frames were left out to keep within '
                f'{limit}: one takes {self._relay.frame_bytes / 1e3:.0f} kB; {advice}.'
            )
        if quality is not None and quality < options.quality:
            found.append(
                f'JPEG quality went down from {options.quality} to {quality} to keep within '
                f'{limit} at {options.max_rate:g} Hz.'
            )
        if fates[Fate.LATE]:
            found.append(
                f'{fates[Fate.LATE]} of {arrived} frames were dropped because a newer one came '
                f'before their turn: this computer is too busy for {options.max_rate:g} Hz.'
            )
        return found
