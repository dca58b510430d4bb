# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions over time, with bars of the present one and a cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

from octo_ros.data.drawing import BACKGROUND, INK, MUTED, Color, fitting, font

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from octo_ros.data.replay.view import EpisodeView, Trace

COLORS = (
    (238, 102, 119),
    (102, 204, 120),
    (90, 160, 240),
    (190, 130, 230),
    (90, 210, 210),
    (240, 150, 90),
    (180, 185, 195),
)
GRIPPER = (230, 190, 80)
MARK = (66, 75, 89)
GRID = (52, 60, 72)
GROUND = (25, 30, 39)
ROW = 22  # px per dimension
TITLE = 24  # px
LEFT = 310  # px, for names, bars and numbers
BAR = (92, 192)  # px from the left, where bars begin and end
RIGHT = 16  # px
AXIS = 30  # px
SCALE = 4  # of cv2's fractions of a pixel, in bits


@dataclass(frozen=True)
class _Strip:
    """Where one trace is drawn: its top, and where its rows begin and end [px]."""

    trace: Trace
    top: int
    first: int
    last: int

    def color(self, row: int) -> Color:
        return GRIPPER if len(self.trace.names) == 1 else COLORS[row % len(COLORS)]


class TracePanel:
    """Draws the traces of an episode; everything that does not move only once.

    Args:
        view: The episode.
        width: Of the panel [px].
    """

    def __init__(self, view: EpisodeView, width: int) -> None:
        self._view = view
        self._width = width
        self._span = max(view.steps - 1, 1)
        self._strips = []
        top = 0
        for trace in view.traces:
            first = top + TITLE
            last = first + max(2, len(trace.names)) * ROW
            self._strips.append(_Strip(trace, top, first, last))
            top = last + 6
        self.height = top + AXIS if self._strips else 0
        self._still = self._draw_still()

    def frame(self, step: int) -> NDArray[np.uint8]:
        """The panel at one step: RGB uint8, shape (height, width, 3)."""
        if not self._strips:
            return self._still
        canvas = self._still.copy()
        x = round(self.x(step))
        cv2.line(canvas, (x, TITLE), (x, self._strips[-1].last), INK, 1)
        image = Image.fromarray(canvas)
        draw = ImageDraw.Draw(image)
        for strip in self._strips:
            for row, (name, value) in enumerate(
                zip(strip.trace.names, strip.trace.values[step], strict=True)
            ):
                self._draw_row(draw, strip, row, name, float(value))
                y = self._y(strip, float(value))
                draw.ellipse((x - 3, y - 3, x + 3, y + 3), strip.color(row))
        return np.asarray(image)

    def sheet(self, marks: Sequence[int]) -> NDArray[np.uint8]:
        """The whole panel with marks at some steps: RGB uint8, shape (height, width, 3)."""
        if not self._strips:
            return self._still
        image = Image.fromarray(self._draw_still(marks))
        draw = ImageDraw.Draw(image)
        for strip in self._strips:
            for row, name in enumerate(strip.trace.names):
                y = strip.first + row * ROW + ROW // 2
                draw.line((16, y, 40, y), strip.color(row), 3)
                draw.text((50, y), name, INK, fitting(name, 15, LEFT - 70), anchor='lm')
        return np.asarray(image)

    def x(self, step: int) -> float:
        """Where a step lies [px]."""
        return LEFT + (self._width - RIGHT - LEFT) * step / self._span

    def _y(self, strip: _Strip, value: float) -> float:
        trace = strip.trace
        share = (value - trace.low) / (trace.high - trace.low)
        return strip.last - 3 - (strip.last - strip.first - 6) * min(max(share, 0.0), 1.0)

    def _draw_still(self, marks: Sequence[int] = ()) -> NDArray[np.uint8]:
        canvas = np.full((self.height, self._width, 3), BACKGROUND, np.uint8)
        for strip in self._strips:
            corner, opposite = (LEFT, strip.first), (self._width - RIGHT, strip.last)
            cv2.rectangle(canvas, corner, opposite, GROUND, -1)
            y = round(self._y(strip, 0.0))
            cv2.line(canvas, (LEFT, y), (self._width - RIGHT, y), GRID, 1)
            for step in marks:
                x = round(self.x(step))
                cv2.line(canvas, (x, strip.first), (x, strip.last), MARK, 1)
            for row in range(len(strip.trace.names)):
                points = np.array(
                    [
                        (self.x(step), self._y(strip, float(value)))
                        for step, value in enumerate(strip.trace.values[:, row])
                    ]
                )
                fractions = np.round(points * 2**SCALE).astype(np.int32)
                color = strip.color(row)
                cv2.polylines(canvas, [fractions], False, color, 2, cv2.LINE_AA, SCALE)
        image = Image.fromarray(canvas)
        draw = ImageDraw.Draw(image)
        for strip in self._strips:
            middle = strip.top + TITLE // 2
            draw.text((16, middle), strip.trace.title, MUTED, font(14), anchor='lm')
            for value, y in ((strip.trace.high, strip.first), (strip.trace.low, strip.last)):
                anchor = 'rt' if y == strip.first else 'rb'
                draw.text((LEFT - 6, y), f'{value:.3g}', MUTED, font(12), anchor=anchor)
        if self._strips:
            self._draw_axis(draw, self._strips[-1].last + 8)
        return np.asarray(image)

    def _draw_row(
        self, draw: ImageDraw.ImageDraw, strip: _Strip, row: int, name: str, value: float
    ) -> None:
        color = strip.color(row)
        y = strip.first + row * ROW + ROW // 2
        draw.text((16, y), name, color, fitting(name, 15, BAR[0] - 22), anchor='lm')
        trace, (start, end) = strip.trace, BAR

        def place(number: float) -> float:
            share = (number - trace.low) / (trace.high - trace.low)
            return start + (end - start) * min(max(share, 0.0), 1.0)

        draw.rectangle((start, y - 6, end, y + 6), GROUND)
        left, right = sorted((place(0.0), place(value)))
        draw.rectangle((left, y - 6, right, y + 6), color)
        draw.text(
            (LEFT - 54, y),
            f'{round(value, trace.digits) + 0.0:.{trace.digits}f}',
            INK,
            font(14),
            anchor='rm',
        )

    def _draw_axis(self, draw: ImageDraw.ImageDraw, y: int) -> None:
        rate = self._view.rate
        seconds = self._span / (rate or 1.0)
        tick = _tick(seconds)
        for i in range(int(seconds / tick + 1e-9) + 1):
            x = self.x(0) + (self.x(self._span) - self.x(0)) * i * tick / seconds
            draw.line((x, y - 8, x, y - 3), MUTED)
            draw.text((x, y), f'{i * tick:g}', MUTED, font(12), anchor='mt')
        draw.text((16, y), 'time, s' if rate else 'step', MUTED, font(14), anchor='lt')


def _tick(span: float) -> float:
    """A round distance that gives at most about ten ticks."""
    power = 10.0 ** np.floor(np.log10(max(span, 1e-6) / 8))
    return float(next(n * power for n in (1, 2, 5, 10) if span / (n * power) <= 10))
