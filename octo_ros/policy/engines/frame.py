# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What an engine sees at one time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Frame:
    """One observation, known by its content.

    A stamp would not do as a name: between two ticks the wrist camera may have got a newer image
    for the same primary image.

    Attributes:
        images: Image key to RGB uint8, shape (H, W, 3). A camera that is left out has no tokens.
        low_dim: Key (`proprio`) to float32, shape (d,), normalised as in training.
        hidden: Image keys whose image is given but is not to be looked at.
    """

    images: Mapping[str, NDArray[np.uint8]]
    low_dim: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    @cached_property
    def digest(self) -> bytes:
        """Equal for equal content, and for nothing else that will ever occur."""
        content = hashlib.sha256()
        for kind, arrays in (('images', self.images), ('low_dim', self.low_dim)):
            for key in sorted(arrays):
                array = np.ascontiguousarray(arrays[key])
                shown = key not in self.hidden
                content.update(f'{kind} {key} {array.dtype} {array.shape} {shown};'.encode())
                content.update(array.data)
        return content.digest()


# The slots of a window, oldest first; None is a padded slot.
History = tuple[Frame | None, ...]
