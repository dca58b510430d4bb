# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The progress bar of `bag_to_rlds`."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

if TYPE_CHECKING:
    from rich.console import Console

    from octo_ros.data.conversion.tally import Progress


class ConversionBar:
    """Shows episodes, steps/s, times real time and time left; use it in a `with` statement.

    Args:
        console: Where.
    """

    def __init__(self, console: Console) -> None:
        self._bar = ProgressBar(
            TextColumn('{task.description}'),
            BarColumn(),
            TextColumn('{task.fields[episodes]}'),
            TextColumn('{task.fields[speed]}'),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
        )
        self._task = self._bar.add_task(
            'looking through the bags', total=None, episodes='', speed=''
        )
        self._begun: float | None = None

    def __enter__(self) -> ConversionBar:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def show(self, progress: Progress) -> None:
        """Show how far the conversion has come."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        elapsed = max(now - self._begun, 1e-3)
        finished = progress.done == progress.total
        self._bar.update(
            self._task,
            description='putting together' if finished else 'converting',
            completed=progress.seconds,
            total=progress.total_seconds,
            episodes=f'{progress.done} of {progress.total} episodes',
            speed=(
                f'{progress.steps / elapsed:.0f} steps/s, '
                f'{progress.seconds / elapsed:.1f} × real time'
            ),
        )

    def say(self, sentence: str) -> None:
        """Show a sentence above the bar."""
        self._bar.console.print(sentence, soft_wrap=True, markup=False)
