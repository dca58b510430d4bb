# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames → an H.264 file that browsers play."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av

from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def write_video(path: Path, frames: Iterable[NDArray[np.uint8]], fps: float) -> int:
    """Write an mp4.

    Args:
        path: File to write; its directory must exist.
        frames: RGB uint8, shape (H, W, 3), all alike; an odd last row or column is cut off, as
            H.264 needs.
        fps: Frames per second.

    Returns:
        Number of frames written.

    Raises:
        DatasetError: There is no frame, a frame has another shape than the first, or the file
            cannot be written.
    """
    try:
        return _write(path, frames, fps)
    except (OSError, av.FFmpegError) as error:
        msg = f'{path} cannot be written: {error.strerror}.'
        raise DatasetError(msg) from None


def _write(path: Path, frames: Iterable[NDArray[np.uint8]], fps: float) -> int:
    stream_frames = iter(frames)
    first = next(stream_frames, None)
    if first is None:
        msg = f'There is no frame to write to {path}.'
        raise DatasetError(msg)
    height, width = (n - n % 2 for n in first.shape[:2])
    count = 0
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=Fraction(fps).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = width, height, 'yuv420p'
        stream.options = {'crf': '20', 'preset': 'veryfast', 'movflags': 'faststart'}
        for image in (first, *stream_frames):
            if image.shape != first.shape:
                msg = f'Frame {count} of {path} has shape {image.shape}; expected {first.shape}.'
                raise DatasetError(msg)
            frame = av.VideoFrame.from_ndarray(image[:height, :width].copy(), format='rgb24')
            container.mux(stream.encode(frame))
            count += 1
        container.mux(stream.encode())
    return count
