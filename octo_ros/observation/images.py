# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Camera messages → what the policy sees: RGB uint8, resized with Octo's antialiased Lanczos.

Takes rclpy's and rosbags' message objects alike, so the live node and the converter share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
from rosbags.image.image import Format, ImageError, image_to_cvimage, to_cvtype

from octo_ros.errors import ObservationError
from octo_ros.observation.lanczos import lanczos3

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.observation import messages

PLANAR = (Format.YUV_NV12, Format.YUV_NV21)


@dataclass(frozen=True)
class _Packed:
    """The fields of a sensor_msgs Image that rosbags-image reads, rows without padding."""

    encoding: str
    height: int
    width: int
    is_bigendian: bool
    data: NDArray[np.uint8]


def decode(
    message: messages.Image | messages.CompressedImage, topic: str = 'camera'
) -> NDArray[np.uint8]:
    """Decode a camera message.

    Args:
        message: sensor_msgs Image in a colour or grey encoding (padded rows and big-endian samples
            included), or CompressedImage (JPEG, PNG).
        topic: Its topic, for error messages.

    Returns:
        RGB uint8, shape (H, W, 3). It may share memory with the message.

    Raises:
        ObservationError: The encoding is not a colour image, or the data does not hold the image
            it claims.
    """
    if hasattr(message, 'format'):
        return _decode_compressed(cast('messages.CompressedImage', message), topic)
    return _decode_raw(message, topic)


def resize(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Resize without keeping the aspect ratio, as Octo's training data was: see `lanczos3`.

    Args:
        image: RGB uint8, shape (H, W, 3).
        height: Wanted rows.
        width: Wanted columns.

    Returns:
        uint8, shape (height, width, 3); the same array if it has that size already.
    """
    if image.shape[:2] == (height, width):
        return image
    return lanczos3(image, height, width)


def _decode_compressed(message: messages.CompressedImage, topic: str) -> NDArray[np.uint8]:
    data = np.frombuffer(message.data, np.uint8)
    # Octo's decoder ignores EXIF orientation, so this one does too.
    flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        bgr = cv2.imdecode(data, flags) if data.size else None
    except cv2.error:  # a header that claims more pixels than OpenCV takes
        bgr = None
    if bgr is None:
        msg = (
            f'A compressed image on {topic} (format {message.format!r}, {data.size} bytes) '
            'cannot be decoded; expected a complete JPEG or PNG.'
        )
        raise ObservationError(msg)
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB))


def _decode_raw(message: messages.Image, topic: str) -> NDArray[np.uint8]:
    try:
        image = image_to_cvimage(_packed(message, topic), 'rgb8')
    except (ImageError, cv2.error) as error:
        msg = (
            f'An image on {topic} with encoding {message.encoding!r} does not convert to RGB: '
            f'{error}. Use rgb8, bgr8, rgba8, bgra8, mono8, mono16, bayer_* or a YUV encoding.'
        )
        raise ObservationError(msg) from None
    return np.ascontiguousarray(image)


def _packed(message: messages.Image, topic: str) -> _Packed:
    """Check the message's size against its encoding and take the padding off its rows."""
    bits, colours, _, channels = to_cvtype(message.encoding)
    if colours is Format.GENERIC:
        reason = 'the order of its channels is not defined'
        raise ImageError(reason)
    rows = message.height * 3 // 2 if colours in PLANAR else message.height
    row_bytes = message.width * channels * bits // 8
    data = np.frombuffer(message.data, np.uint8)
    if row_bytes == 0 or rows == 0 or message.step < row_bytes or data.size < rows * message.step:
        msg = (
            f'An image on {topic} claims {message.height} x {message.width} {message.encoding!r} '
            f'with rows of {message.step} bytes, but holds {data.size} bytes; needed are {rows} '
            f'rows of at least {row_bytes}.'
        )
        raise ObservationError(msg)
    if message.step != row_bytes:
        padded = data[: rows * message.step].reshape(rows, message.step)
        data = np.ascontiguousarray(padded[:, :row_bytes]).reshape(-1)
    return _Packed(message.encoding, rows, message.width, bool(message.is_bigendian), data)
