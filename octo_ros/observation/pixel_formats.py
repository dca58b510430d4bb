# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The encodings of sensor_msgs/Image that are colour or grey pictures, and their way to RGB.

All that cv_bridge converts to rgb8, by the same OpenCV conversions and with its rounding from 16
to 8 bits; beyond that uyvy, yuyv, nv12, nv21 and nv24. What only says how its numbers are stored
(8UC3, 16UC1, 32FC1 …) is no picture, as for cv_bridge: nobody knows if 8UC3 is RGB or BGR.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEPTH = ('16UC1', '32FC1')
GENERIC = re.compile('(8U|8S|16U|16S|32S|32F|64F)(C[0-9]*)?')
LEVELS = 255 / 65535  # of 8 bits per level of 16
# BT.601, Y in 16..235, Cb and Cr around 128: what OpenCV uses for the other YUV encodings.
YUV = np.array([[1.164, 0.0, 1.596], [1.164, -0.391, -0.813], [1.164, 2.018, 0.0]])
YUV = np.column_stack([YUV, -YUV @ [16, 128, 128]])


@dataclass(frozen=True)
class PixelFormat:
    """How the samples of one encoding lie in memory.

    Attributes:
        channels: Samples per pixel of a row.
        bits: Bits per sample.
        conversion: OpenCV's code to RGB; None if it is RGB, or nv24.
        halves: Rows of memory per two rows of the picture; more than 2 where colour planes follow.
    """

    channels: int
    bits: int = 8
    conversion: int | None = None
    halves: int = 2

    @property
    def dtype(self) -> np.dtype[np.uint8] | np.dtype[np.uint16]:
        """Of a sample, in this machine's byte order."""
        return np.dtype(np.uint8) if self.bits == 8 else np.dtype(np.uint16)

    def rgb(self, samples: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
        """Samples as they lie in memory, shape (rows, columns · channels) → RGB, (H, W, 3).

        Raises:
            cv2.error: The size is not possible for this encoding, such as an odd number of columns
                where two share a colour.
        """
        if self.halves == 6:
            return _nv24(samples)
        image = samples.reshape(len(samples), -1, self.channels)
        if self.conversion is not None:
            image = np.asarray(cv2.cvtColor(image, self.conversion))
        if self.bits == 16:
            image = np.asarray(cv2.convertScaleAbs(image, alpha=LEVELS))
        return np.ascontiguousarray(image, dtype=np.uint8)


def _formats() -> dict[str, PixelFormat]:
    made: dict[str, PixelFormat] = {}
    for bits in (8, 16):
        made |= {
            f'rgb{bits}': PixelFormat(3, bits),
            f'bgr{bits}': PixelFormat(3, bits, cv2.COLOR_BGR2RGB),
            f'rgba{bits}': PixelFormat(4, bits, cv2.COLOR_RGBA2RGB),
            f'bgra{bits}': PixelFormat(4, bits, cv2.COLOR_BGRA2RGB),
            f'mono{bits}': PixelFormat(1, bits, cv2.COLOR_GRAY2RGB),
            # OpenCV names a pattern by its second row.
            f'bayer_rggb{bits}': PixelFormat(1, bits, cv2.COLOR_BayerBG2RGB),
            f'bayer_bggr{bits}': PixelFormat(1, bits, cv2.COLOR_BayerRG2RGB),
            f'bayer_gbrg{bits}': PixelFormat(1, bits, cv2.COLOR_BayerGR2RGB),
            f'bayer_grbg{bits}': PixelFormat(1, bits, cv2.COLOR_BayerGB2RGB),
        }
    uyvy = PixelFormat(2, 8, cv2.COLOR_YUV2RGB_UYVY)
    yuyv = PixelFormat(2, 8, cv2.COLOR_YUV2RGB_YUY2)
    made |= {'yuv422': uyvy, 'uyvy': uyvy, 'yuv422_yuy2': yuyv, 'yuyv': yuyv}
    made['nv12'] = PixelFormat(1, 8, cv2.COLOR_YUV2RGB_NV12, halves=3)
    made['nv21'] = PixelFormat(1, 8, cv2.COLOR_YUV2RGB_NV21, halves=3)
    made['nv24'] = PixelFormat(1, halves=6)
    return made


PIXEL_FORMATS = MappingProxyType(_formats())
"""Encoding → how to read it."""


def refusal(encoding: str) -> str:
    """Why an encoding that is not in `PIXEL_FORMATS` is no picture, and what to do, as clauses."""
    if GENERIC.fullmatch(encoding):
        depth = ' A depth image belongs under depth_cameras.' if encoding in DEPTH else ''
        return f'it does not say what its channels are.{depth}'
    return 'it is not known.'


def _nv24(samples: NDArray[np.uint8] | NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Y for every pixel, then Cb and Cr for every pixel, twice as many per row."""
    rows, columns = len(samples) // 3, samples.shape[1]
    chroma = samples[rows:].reshape(rows, columns, 2)
    yuv = np.concatenate([samples[:rows, :, None], chroma], axis=2)
    return np.asarray(cv2.transform(yuv, YUV), dtype=np.uint8)
