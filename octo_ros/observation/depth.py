# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Depth messages → metres, float32, 0 where nothing is known.

16UC1 is in mm with 0 for unknown, 32FC1 in m with NaN, ±inf or 0 for unknown, too near or too far
(REP 118). All of these, and negative numbers, become 0: Octo's loader mixes neighbouring pixels
and turns one NaN into a hole, one inf into a larger one, and its own padding is 0 as well.
"""

from __future__ import annotations

import re
import struct
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.observation.image_rows import image_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.observation import messages

SAMPLES = {'16UC1': 'u2', 'mono16': 'u2', '32FC1': 'f4'}  # mono16: what some drivers call 16UC1
MILLIMETRES = np.float32(1000)  # per metre
# compressed_depth_image_transport: an int32 of no meaning, and two float32 for the quantisation of
# 32FC1: depth = a / (value - b), 0 for unknown. `; compressedDepth` alone is PNG.
HEADER = struct.Struct('<iff')
FORMAT = re.compile(r'(\w+)\s*(?:;\s*compressedDepth(?:\s+(\w+))?\s*)?')


def decode_depth(
    message: messages.Image | messages.CompressedImage, topic: str = 'depth camera'
) -> NDArray[np.float32]:
    """Decode a depth message.

    Args:
        message: sensor_msgs Image, 16UC1 (mm) or 32FC1 (m), padded rows and big-endian samples
            included; or CompressedImage of the compressedDepth transport, PNG.
        topic: Its topic, for error messages.

    Returns:
        Depth along the optical axis [m], float32, shape (H, W); 0 where it is not known.

    Raises:
        ObservationError: It is no depth image, or does not hold the image it claims.
    """
    if hasattr(message, 'format'):
        return _decode_compressed(cast('messages.CompressedImage', message), topic)
    kind = SAMPLES.get(message.encoding)
    if kind is None:
        msg = (
            f'An image on {topic} has encoding {message.encoding!r}; a depth image must have '
            '16UC1 (mm) or 32FC1 (m).'
        )
        raise ObservationError(msg)
    order = '>' if message.is_bigendian else '<'
    dtype = np.dtype(order + kind)
    row_bytes = message.width * dtype.itemsize
    padded = image_rows(message, message.height, row_bytes, f'A depth image on {topic}')
    return metres(np.ascontiguousarray(padded[:, :row_bytes]).view(dtype))


def metres(samples: NDArray[np.generic]) -> NDArray[np.float32]:
    """Samples of 16UC1 [mm] or 32FC1 [m] → m, float32, 0 for unknown."""
    depth: NDArray[np.float32] = samples.astype(np.float32)
    if samples.dtype.kind == 'u':
        depth /= MILLIMETRES
        return depth
    depth[~(np.isfinite(depth) & (depth > 0))] = 0.0
    return depth


def resize_depth(depth: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Resize without making depths that nothing has: every output is one of the inputs.

    Means over an edge would put points into the air between two objects, and means with unknown
    pixels would draw them nearer; so each output takes the input pixel at its centre, known or
    not. As for the images the aspect ratio is not kept, so what lies beside each other stays so.

    Args:
        depth: In m, shape (H, W).
        height: Wanted rows.
        width: Wanted columns.

    Returns:
        Shape (height, width).
    """
    rows, columns = _centres(depth.shape[0], height), _centres(depth.shape[1], width)
    return depth[rows[:, None], columns]


@lru_cache(maxsize=32)
def _centres(inputs: int, outputs: int) -> NDArray[np.intp]:
    """For every output the input whose area holds its centre."""
    return ((2 * np.arange(outputs) + 1) * inputs // (2 * outputs)).astype(np.intp)


def _decode_compressed(message: messages.CompressedImage, topic: str) -> NDArray[np.float32]:
    kind = FORMAT.fullmatch(message.format)
    data = np.frombuffer(message.data, np.uint8)
    if kind is None or kind[1] not in SAMPLES or kind[2] not in (None, 'png'):
        msg = (
            f'A depth image on {topic} has format {message.format!r}; it must be '
            '"16UC1; compressedDepth png" or "32FC1; compressedDepth png". Record RVL with '
            "compressedDepth's format parameter set to png, or the raw topic."
        )
        raise ObservationError(msg)
    samples = None
    if data.size > HEADER.size:
        try:
            samples = cv2.imdecode(data[HEADER.size :], cv2.IMREAD_UNCHANGED)
        except cv2.error:  # a header that claims more pixels than OpenCV takes
            samples = None
    if samples is None or samples.ndim != 2 or samples.dtype != np.uint16:
        msg = (
            f'A depth image on {topic} (format {message.format!r}, {data.size} bytes) cannot be '
            'decoded; expected 12 bytes of header and a complete 16-bit grey PNG.'
        )
        raise ObservationError(msg)
    if SAMPLES[kind[1]] == 'u2':
        return metres(samples)
    _, a, b = HEADER.unpack(data[: HEADER.size].tobytes())
    known = samples != 0
    with np.errstate(divide='ignore'):
        inverse = np.float32(a) / (samples.astype(np.float32) - np.float32(b))
    return metres(np.where(known, inverse, np.float32(0)))
