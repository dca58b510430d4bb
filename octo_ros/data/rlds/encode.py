# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Images and depths as datasets hold them.

Images are JPEG, and untouched where the camera's own JPEG already fits.

A depth image is a plain float32 tensor of shape (height, width, 1), in metres, 0 for unknown:
`tfds.features.Tensor(shape=(height, width, 1), dtype=np.float32)` without an `encoding`. Octo's
loader (octo/data, `depth_obs_keys`, and dlimp) takes that as it is. The other forms load wrong:
dlimp leaves the steps undecoded, so a compressed tensor or a float `Image` feature arrives as a
string, and Octo decodes a string by `tf.io.decode_image(dtype=tf.float32)`, which divides a 16-bit
PNG by 65535: millimetres become fractions of 65.535 m. The last axis of 1 is that of Octo's own
padding for datasets without depth.
"""

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


def stored_depth(depth: NDArray[np.float32]) -> bytes:
    """The tensor to store for an observation's depth image.

    Args:
        depth: In m, float32, shape (H, W, 1).

    Returns:
        Its numbers as little-endian float32, row by row.
    """
    return depth.astype('<f4', copy=False).tobytes()
