# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Camera messages → what the policy sees: RGB uint8, resized with Octo's antialiased Lanczos.

Takes rclpy's and rosbags' message objects alike, so the live node and the converter share it.

Of a CompressedImage the file is the truth: a JPEG or PNG says itself what is red in it. Its
`format` is read only where compressed_image_transport (compressed_publisher.cpp) stores what no
picture file can say:
- `rgb8; jpeg compressed bgr8`: a source of any colour encoding was converted to bgr8, which is
  what OpenCV's encoder takes, so the file is an ordinary picture. All ROS 2 versions do so.
  Formats without `bgr8` (`jpeg`, `rgb8; jpeg compressed`) come from other programs, whose files
  are ordinary too; cv_bridge does not look at `format` at all. (The transport's own subscriber
  would take them for files with red and blue swapped, as its ROS 1 predecessor wrote until 2012.)
- `bayer_rggb8; png compressed `: the mosaic itself, as a grey picture. As JPEG it is already grey.
- `rgb8; tiff compressed `: the array as it is, whatever the encoding: red and blue are swapped in
  the file.
- `16UC1; png compressed `: numbers, no picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.observation.image_rows import image_rows
from octo_ros.observation.lanczos import lanczos3
from octo_ros.observation.pixel_formats import PIXEL_FORMATS, PixelFormat, refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.observation import messages

# Octo's decoder ignores EXIF orientation, so this one does too.
COLOUR = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
ENCODINGS = 'rgb8, bgr8, rgba8, bgra8, mono8, their 16-bit forms, bayer_* or a YUV encoding'
BGR = {1: PIXEL_FORMATS['bgr8'], 2: PIXEL_FORMATS['bgr16']}  # by bytes per sample


def decode(
    message: messages.Image | messages.CompressedImage, topic: str = 'camera'
) -> NDArray[np.uint8]:
    """Decode a camera message.

    Args:
        message: sensor_msgs Image in an encoding of `PIXEL_FORMATS` (padded rows and big-endian
            samples included), or CompressedImage (JPEG, PNG; of compressed_image_transport TIFF
            as well).
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
    source, _, codec = (part.strip() for part in message.format.partition(';'))
    if codec.startswith(('png', 'tiff')) and 'compressed bgr' not in codec:
        pixels = PIXEL_FORMATS.get(source)
        if pixels is None:
            raise ObservationError(_no_picture('A compressed image', topic, source))
        if codec.startswith('tiff') or source.startswith('bayer_'):
            return _decode_stored(message, pixels, topic)
    image = _read(message, COLOUR, topic)
    return BGR[image.itemsize].rgb(image.reshape(len(image), -1))


def _decode_stored(
    message: messages.CompressedImage, pixels: PixelFormat, topic: str
) -> NDArray[np.uint8]:
    """A file that holds the samples of an encoding as they were."""
    samples = _read(message, cv2.IMREAD_UNCHANGED, topic)
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    if channels != pixels.channels or samples.dtype != pixels.dtype:
        msg = (
            f'A compressed image on {topic} (format {message.format!r}) holds {channels} channels '
            f'of {samples.dtype}; its encoding has {pixels.channels} of {pixels.dtype}.'
        )
        raise ObservationError(msg)
    return pixels.rgb(samples.reshape(len(samples), -1))


def _read(
    message: messages.CompressedImage, flags: int, topic: str
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    data = np.frombuffer(message.data, np.uint8)
    try:
        image = cv2.imdecode(data, flags) if data.size else None
    except cv2.error:  # a header that claims more pixels than OpenCV takes
        image = None
    if image is None or image.itemsize > 2:
        msg = (
            f'A compressed image on {topic} (format {message.format!r}, {data.size} bytes) '
            'cannot be decoded; expected a complete JPEG or PNG.'
        )
        raise ObservationError(msg)
    return cast('NDArray[np.uint8] | NDArray[np.uint16]', image)


def _decode_raw(message: messages.Image, topic: str) -> NDArray[np.uint8]:
    pixels = PIXEL_FORMATS.get(message.encoding)
    if pixels is None:
        raise ObservationError(_no_picture('An image', topic, message.encoding))
    samples = _samples(message, pixels, topic)
    try:
        return pixels.rgb(samples)
    except cv2.error:
        msg = (
            f'An image on {topic} has {message.height} x {message.width} pixels, which cannot be '
            f'with encoding {message.encoding!r}: pixels share colours by two.'
        )
        raise ObservationError(msg) from None


def _samples(
    message: messages.Image, pixels: PixelFormat, topic: str
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """The samples without the padding of their rows, shape (rows of memory, columns)."""
    rows = message.height * pixels.halves // 2
    row_bytes = message.width * pixels.channels * pixels.bits // 8
    padded = image_rows(message, rows, row_bytes, f'An image on {topic}')
    if pixels.halves == 6 and message.step != row_bytes:
        # Chroma rows are twice as long, so their padding comes after every second row of memory.
        chroma = padded[message.height :].reshape(message.height, -1)[:, : 2 * row_bytes]
        chroma = chroma.reshape(-1, row_bytes)
        return np.concatenate([padded[: message.height, :row_bytes], chroma])
    samples = np.ascontiguousarray(padded[:, :row_bytes]).view(pixels.dtype)
    return samples.byteswap() if message.is_bigendian else samples


def _no_picture(what: str, topic: str, encoding: str) -> str:
    return (
        f'{what} on {topic} has encoding {encoding!r}, which cannot be made RGB: '
        f'{refusal(encoding)} Use {ENCODINGS}.'
    )
