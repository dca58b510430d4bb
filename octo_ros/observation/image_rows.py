# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The rows of an image message, if it holds what it claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import ObservationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.observation import messages


def image_rows(message: messages.Image, rows: int, row_bytes: int, name: str) -> NDArray[np.uint8]:
    """The bytes of an image, with the padding of its rows.

    Args:
        message: sensor_msgs Image.
        rows: Rows of memory that its height and encoding need.
        row_bytes: Bytes that each of them needs.
        name: What it is and where it came from, for the error message.

    Returns:
        Shape (rows, step), a view of the message.

    Raises:
        ObservationError: It is empty, or holds less than its fields say.
    """
    data = np.frombuffer(message.data, np.uint8)
    if row_bytes == 0 or rows == 0 or message.step < row_bytes or data.size < rows * message.step:
        msg = (
            f'{name} claims {message.height} x {message.width} {message.encoding!r} with rows of '
            f'{message.step} bytes, but holds {data.size} bytes; needed are {rows} rows of at '
            f'least {row_bytes}.'
        )
        raise ObservationError(msg)
    return data[: rows * message.step].reshape(rows, message.step)
