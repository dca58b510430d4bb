# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images as datasets hold them: JPEG, and untouched where the camera's own JPEG already fits."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from octo_ros.observation.encoding import encode_jpeg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

JPEG_START = b'\xff\xd8\xff'


def stored_image(message: object, image: NDArray[np.uint8]) -> bytes:
    """The JPEG to store for an observation's image.

    Args:
        message: Camera message that it came from.
        image: The image after decoding and resizing, shape (H, W, 3).

    Returns:
        The message's own bytes if it is a three-channel JPEG of the same size, else a new JPEG.
    """
    if hasattr(message, 'format') and hasattr(message, 'data'):
        data = bytes(message.data)
        if data.startswith(JPEG_START):
            with Image.open(BytesIO(data)) as header:
                if header.size == image.shape[1::-1] and header.mode == 'RGB':
                    return data
    return encode_jpeg(image)
