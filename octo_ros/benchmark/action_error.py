# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far actions are from those of the reference, per action dimension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.embodiment import ACTION_NAMES
from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ActionError:
    """Of normalised actions: 1 is one standard deviation of the training data's actions.

    Attributes:
        max: Name of the dimension to the largest error.
        rms: Name of the dimension to the root of the mean square.
    """

    max: Mapping[str, float]
    rms: Mapping[str, float]

    @classmethod
    def between(cls, actions: NDArray[np.float32], reference: NDArray[np.float32]) -> ActionError:
        """Compare.

        Args:
            actions: Shape (..., action_dim).
            reference: The same.

        Raises:
            PolicyError: A number is not finite.
        """
        error = np.abs(actions.astype(np.float64) - reference).reshape(-1, actions.shape[-1])
        if not np.isfinite(error).all():
            msg = 'The engine, or the reference, predicts actions that are not finite.'
            raise PolicyError(msg)
        names = action_names(actions.shape[-1])
        rms = np.sqrt((error**2).mean(axis=0))
        return cls(
            dict(zip(names, error.max(axis=0).tolist(), strict=True)),
            dict(zip(names, rms.tolist(), strict=True)),
        )

    @property
    def largest(self) -> float:
        """Over all dimensions."""
        return max(self.max.values())


def action_names(dim: int) -> tuple[str, ...]:
    """x, y, z, … of the package's own actions, numbers from 0 of others."""
    return ACTION_NAMES if dim == len(ACTION_NAMES) else tuple(str(i) for i in range(dim))
