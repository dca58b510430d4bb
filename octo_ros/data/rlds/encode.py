# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images as datasets hold them: JPEG, and untouched where the camera's own JPEG already fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.observation.encoding import encode_jpeg, own_jpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def stored_image(message: object, image: NDArray[np.uint8]) -> bytes:
    """The JPEG to store for an observation's image.

    Args:
        message: Camera message that it came from.
        image: The image after decoding and resizing, shape (H, W, 3).

    Returns:
        The message's own bytes if it is a three-channel JPEG of the same size, else a new JPEG.
    """
    height, width = image.shape[:2]
    return own_jpeg(message, height, width) or encode_jpeg(image)
