# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Draws an episode: cameras side by side with its actions below, or many moments on one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

from octo_ros.data.drawing import BACKGROUND, INK, MUTED, chip, chip_width, fitting, font
from octo_ros.data.replay.traces import TracePanel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.replay.view import EpisodeView

PICTURE = 384  # px, height of a camera's picture
SMALL = 150  # px, height of a picture on a sheet
GAP = 12  # px
TOP = 84  # px
CAPTION = 22  # px
NARROWEST = 900  # px
WIDEST_SHEET = 1600  # px
OUTCOMES = {'success': (38, 140, 86), 'failure': (203, 53, 60)}


class ReplayCanvas:
    """Draws an episode.

    Args:
        view: The episode.
    """

    def __init__(self, view: EpisodeView) -> None:
        self._view = view
        self._shapes = _shapes(view)

    def frames(self) -> Iterator[NDArray[np.uint8]]:
        """One frame per step: RGB uint8, all of one shape (H, W, 3).

        Raises:
            DatasetError: A picture cannot be decoded.
        """
        widths = {key: round(PICTURE * w / h) for key, (h, w) in self._shapes.items()}
        inner = sum(widths.values()) + GAP * (len(widths) - 1)
        width = max(NARROWEST, inner + 2 * GAP)
        panel = TracePanel(self._view, width)
        height = TOP + (PICTURE + GAP if widths else 0) + panel.height
        for step in range(self._view.steps):
            image, draw = _blank(width, height)
            self._top(draw, width, step)
            x = (width - inner) // 2
            for key, picture in self._view.pictures(step).items():
                _paste(image, draw, (x, TOP), picture, (widths[key], PICTURE))
                chip(draw, (x + 8, TOP + 8), _camera(key), BACKGROUND, 15)
                x += widths[key] + GAP
            canvas = np.array(image)
            if panel.height:
                canvas[-panel.height :] = panel.frame(step)
            yield canvas

    def sheet(self, moments: int) -> NDArray[np.uint8]:
        """Moments spread evenly over the episode, one row per camera, and its actions.

        Args:
            moments: How many at most.

        Returns:
            RGB uint8, shape (H, W, 3).

        Raises:
            DatasetError: A picture cannot be decoded.
        """
        count = min(moments, self._view.steps)
        steps = np.unique(np.linspace(0, self._view.steps - 1, count).round().astype(int)).tolist()
        # Pictures are as high as the page permits, and none is larger than it need be.
        widest = max((w / h for h, w in self._shapes.values()), default=1.0)
        room = (WIDEST_SHEET - GAP) / len(steps) - GAP
        high = min(SMALL, int(room / widest))
        cell = round(high * widest)
        width = max(NARROWEST, len(steps) * (cell + GAP) + GAP)
        panel = TracePanel(self._view, width)
        rows = len(self._shapes) * (high + GAP)
        image, draw = _blank(width, TOP + CAPTION + rows + panel.height)
        self._top(draw, width, None)
        between = (width - GAP) / len(steps)
        for column, step in enumerate(steps):
            left = round(GAP + column * between)
            draw.text((left, TOP), self._view.time(step), MUTED, font(14), anchor='lt')
            y = TOP + CAPTION
            for key, picture in self._view.pictures(step).items():
                h, w = self._shapes[key]
                _paste(image, draw, (left, y), picture, (round(high * w / h), high))
                if column == 0:
                    chip(draw, (left + 4, y + 4), _camera(key), BACKGROUND, 11)
                y += high + GAP
        canvas = np.array(image)
        if panel.height:
            canvas[-panel.height :] = panel.sheet(steps)
        return canvas

    def _top(self, draw: ImageDraw.ImageDraw, width: int, step: int | None) -> None:
        view, right = self._view, width - GAP - 4
        steps = f'{view.steps} steps' if step is None else f'step {step} of {view.steps}'
        time = view.time(view.steps - 1 if step is None else step)
        draw.text((right, 28), steps if view.rate is None else time, INK, font(22), anchor='rm')
        if view.rate is not None:
            below = f'{steps}, {view.rate:g} per second'
            draw.text((right, 60), below, MUTED, font(15), anchor='rm')
        x = GAP + 4
        room = right - x - font(22).getlength('step 0000 of 0000')
        draw.text((x, 28), view.title, INK, fitting(view.title, 26, room), anchor='lm')
        if view.outcome:
            chip(draw, (x, 48), view.outcome, OUTCOMES[view.outcome], 14)
            x += chip_width(view.outcome, 14) + GAP
        room = right - x - font(15).getlength('step 0000 of 0000, 10 per second')
        draw.text((x, 60), view.subtitle, MUTED, fitting(view.subtitle, 15, room), anchor='lm')


def _shapes(view: EpisodeView) -> dict[str, tuple[int, int]]:
    """Height and width of every camera's pictures; of padding, a square."""
    return {
        key: (1, 1) if picture is None else (picture.shape[0], picture.shape[1])
        for key, picture in view.pictures(0).items()
    }


def _blank(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new('RGB', (width, height), BACKGROUND)
    return image, ImageDraw.Draw(image)


def _paste(
    image: Image.Image,
    draw: ImageDraw.ImageDraw,
    corner: tuple[int, int],
    picture: NDArray[np.uint8] | None,
    size: tuple[int, int],
) -> None:
    if picture is None:
        middle = (corner[0] + size[0] // 2, corner[1] + size[1] // 2)
        draw.text(middle, 'padding', MUTED, font(14), anchor='mm')
        return
    shrinks = picture.shape[0] > size[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    image.paste(Image.fromarray(cv2.resize(picture, size, interpolation=how)), corner)


def _camera(key: str) -> str:
    return key.removeprefix('image_')
