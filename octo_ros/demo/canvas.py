# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Draws the frames of the film: camera pictures side by side, captions, title cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw

from octo_ros.data.drawing import BACKGROUND, INK, MUTED, chip, chip_width, fitting, font
from octo_ros.safety_codes import SafetyCode, SafetyState

if TYPE_CHECKING:
    from numpy.typing import NDArray

PICTURE = 512  # px, height and width of a camera picture
GAP = 12  # px
TOP = 72  # px, bar with the instruction
BOTTOM = 64  # px, bar with the safety filter's word
STATE_COLORS = {
    SafetyState.INACTIVE: (95, 104, 117),
    SafetyState.HOLD: (76, 110, 150),
    SafetyState.RUN: (38, 140, 86),
    SafetyState.STOPPING: (214, 128, 22),
    SafetyState.LATCHED: (203, 53, 60),
}
VERDICT_COLORS = {'done': (38, 140, 86), 'failed': (203, 53, 60)}
UNJUDGED = (95, 104, 117)


@dataclass(frozen=True)
class Caption:
    """What stands around the pictures.

    Attributes:
        instruction: What was asked.
        time: Seconds since the episode's start.
        state: State of the safety filter.
        code: Name of its most restrictive code.
        verdict: The judge's word; empty while the episode runs.
    """

    instruction: str
    time: float
    state: SafetyState
    code: str
    verdict: str = ''


class Canvas:
    """Makes frames that all have one size.

    Args:
        cameras: Camera keys, from left to right.
    """

    def __init__(self, cameras: tuple[str, ...]) -> None:
        self._cameras = cameras
        self.width = len(cameras) * PICTURE + (len(cameras) + 1) * GAP
        self.height = TOP + PICTURE + BOTTOM

    def frame(
        self, images: Mapping[str, NDArray[np.uint8]], caption: Caption
    ) -> NDArray[np.uint8]:
        """One frame: RGB uint8, shape (height, width, 3).

        Args:
            images: Camera key to RGB uint8, shape (H, W, 3); a missing one is said to be missing.
            caption: What stands around them.
        """
        image, draw = self._blank()
        for column, key in enumerate(self._cameras):
            x = GAP + column * (PICTURE + GAP)
            if key in images:
                image.paste(_scaled(images[key]), (x, TOP))
            else:
                middle = (x + PICTURE // 2, TOP + PICTURE // 2)
                draw.text(middle, 'no picture yet', MUTED, font(20), anchor='mm')
            chip(draw, (x + 10, TOP + 10), key.removeprefix('image_'), BACKGROUND, 15)
        self._top_bar(draw, caption)
        self._bottom_bar(draw, caption)
        return np.asarray(image)

    def title(self, small: str, large: str, below: str) -> NDArray[np.uint8]:
        """A title card: RGB uint8, shape (height, width, 3)."""
        image, draw = self._blank()
        x, y = self.width // 2, self.height // 2
        width = self.width - 8 * GAP
        draw.text((x, y - 64), small, MUTED, font(22), anchor='mm')
        draw.text((x, y), f'“{large}”', INK, fitting(f'“{large}”', 40, width), anchor='mm')
        draw.text((x, y + 64), below, MUTED, fitting(below, 20, width), anchor='mm')
        return np.asarray(image)

    def _blank(self) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        image = Image.new('RGB', (self.width, self.height), BACKGROUND)
        return image, ImageDraw.Draw(image)

    def _top_bar(self, draw: ImageDraw.ImageDraw, caption: Caption) -> None:
        middle, right = TOP // 2, self.width - GAP - 4
        clock = f'{caption.time:.1f} s'
        draw.text((right, middle), clock, MUTED, font(26), anchor='rm')
        right -= round(font(26).getlength('000.0 s')) + 2 * GAP
        if caption.verdict:
            color = VERDICT_COLORS.get(caption.verdict, UNJUDGED)
            length = chip_width(caption.verdict, 24)
            chip(draw, (right - length, middle - 20), caption.verdict, color, 24)
            right -= length + 2 * GAP
        left = GAP + 4
        words = caption.instruction
        draw.text((left, middle), words, INK, fitting(words, 30, right - left), anchor='lm')

    def _bottom_bar(self, draw: ImageDraw.ImageDraw, caption: Caption) -> None:
        middle = TOP + PICTURE + BOTTOM // 2
        x = GAP + 4
        draw.text((x, middle), 'safety filter', MUTED, font(18), anchor='lm')
        x += round(font(18).getlength('safety filter')) + GAP
        name = caption.state.name
        chip(draw, (x, middle - 15), name, STATE_COLORS[caption.state], 18)
        x += chip_width('STOPPING', 18) + GAP  # the widest, so that the text beside stays put
        text = _sentence(caption.code)
        width = self.width - GAP - x
        draw.text((x, middle), text, INK, fitting(text, 18, width), anchor='lm')


def _sentence(code: str) -> str:
    if code in SafetyCode.__members__:
        return SafetyCode[code].value
    return code


def _scaled(image: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(cv2.resize(image, (PICTURE, PICTURE), interpolation=cv2.INTER_CUBIC))
