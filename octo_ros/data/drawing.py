# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Text and boxes on pictures, alike in all films."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from PIL import ImageDraw, ImageFont

Color = tuple[int, int, int]

BACKGROUND: Color = (17, 21, 28)
INK: Color = (240, 243, 247)
MUTED: Color = (150, 160, 173)


@lru_cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The one font, in a size [px]."""
    return ImageFont.truetype(Path(mpl.get_data_path()) / 'fonts/ttf/DejaVuSans.ttf', size)


def fitting(text: str, size: int, width: float) -> ImageFont.FreeTypeFont:
    """The font of that size, or of the largest smaller one in which the text fits the width."""
    while size > 8 and font(size).getlength(text) > width:
        size -= 1
    return font(size)


def chip(
    draw: ImageDraw.ImageDraw, corner: tuple[int, int], text: str, color: Color, size: int
) -> None:
    """A word on a round box.

    Args:
        draw: Where.
        corner: Its upper left corner [px].
        text: The word.
        color: Of the box.
        size: Of the font [px].
    """
    x, y = corner
    width, height = chip_width(text, size), round(size * 1.65)
    draw.rounded_rectangle((x, y, x + width, y + height), height // 3, color)
    draw.text((x + width // 2, y + height // 2), text, INK, font(size), anchor='mm')


def chip_width(text: str, size: int) -> int:
    """How wide such a box is [px]."""
    return round(font(size).getlength(text) + 1.2 * size)
