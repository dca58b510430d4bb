# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A stored picture → pixels, as the features of tensorflow-datasets encode them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.rlds.schema import Feature

_KNOWN = ('uint8', 'uint16', 'float32')


def decode_picture(data: bytes, feature: Feature) -> NDArray[Any]:
    """Decode a picture and hold it against its declaration.

    float32 pictures (depth) are stored as PNG with the four bytes of every number as RGBA.

    Args:
        data: JPEG or PNG.
        feature: What the dataset declares; a dimension of -1 may be of any size.

    Returns:
        Shape (H, W, C), of the declared type; three channels are RGB.

    Raises:
        DatasetError: It is no picture, or another one than declared; to be put in a sentence.
    """
    if not data:
        msg = 'no picture (0 bytes, which Octo takes for padding)'
        raise DatasetError(msg)
    if feature.dtype not in _KNOWN or feature.shape is None or len(feature.shape) != 3:
        msg = f'a picture of {feature.dtype} {feature.shape}, which cannot be shown'
        raise DatasetError(msg)
    # Without EXIF rotation, as TensorFlow decodes.
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None:
        msg = f'{len(data)} bytes that are no picture'
        raise DatasetError(msg)
    image = image[:, :, np.newaxis] if image.ndim == 2 else image
    if image.shape[2] >= 3:
        order = cv2.COLOR_BGR2RGB if image.shape[2] == 3 else cv2.COLOR_BGRA2RGBA
        image = cv2.cvtColor(image, order)
    if feature.dtype == 'float32' and image.dtype == np.uint8 and image.shape[2] == 4:
        image = np.ascontiguousarray(image).view(np.float32)
    fits = all(wanted in {-1, n} for wanted, n in zip(feature.shape, image.shape, strict=True))
    if not fits or image.dtype != feature.dtype:
        msg = (
            f'a picture of {image.shape} {image.dtype}; declared is '
            f'{feature.shape} {feature.dtype}'
        )
        raise DatasetError(msg)
    return image
