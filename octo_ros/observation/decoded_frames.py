# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The last decoded frames of one camera, so that none is decoded twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.types import Sample

N = TypeVar('N', bound=np.generic)

KEPT = 4  # a tick may use the frame of the one before, and a window those of some ticks


class DecodedFrames(Generic[N]):
    """Decodes messages that are asked for.

    Args:
        decode: Message → array.
    """

    def __init__(self, decode: Callable[[Any], NDArray[N]]) -> None:
        self._decode = decode
        self._kept: deque[tuple[Sample[Any], NDArray[N]]] = deque(maxlen=KEPT)

    def get(self, sample: Sample[Any]) -> NDArray[N]:
        """The array of a message.

        Raises:
            ObservationError: It cannot be decoded.
        """
        for decoded, array in self._kept:
            if decoded is sample:
                return array
        array = self._decode(sample.value)
        self._kept.append((sample, array))
        return array

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
