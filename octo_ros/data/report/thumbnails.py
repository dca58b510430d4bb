# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Small pictures for the report: light enough for hundreds of episodes on one page."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

SIDE = 112  # pixels
QUALITY = 60


def thumbnail(jpeg: bytes) -> bytes:
    """A JPEG of at most SIDE × SIDE pixels, about 3 kB, of the same shape."""
    buffer = BytesIO()
    with Image.open(BytesIO(jpeg)) as image:
        image.draft('RGB', (SIDE, SIDE))  # decode at a fraction of the size where that suffices
        small = image.convert('RGB')
        small.thumbnail((SIDE, SIDE))
        small.save(buffer, 'JPEG', quality=QUALITY, optimize=True)
    return buffer.getvalue()


def thumbnails(jpegs: Sequence[bytes]) -> tuple[bytes, ...]:
    """Thumbnails of the first, the middle and the last of an episode's pictures.

    Args:
        jpegs: One per step, at least one; of fewer than three each is taken once.
    """
    last = len(jpegs) - 1
    chosen = sorted({0, (last + 1) // 2, last})
    return tuple(thumbnail(jpegs[index]) for index in chosen)
