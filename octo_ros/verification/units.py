# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Arrays that statistics make of others: actions in robot units, normalised proprioception."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octo_ros.errors import VerificationError
from octo_ros.policy.statistics import DatasetStatistics, FieldStatistics, Normalization
from octo_ros.verification.engine import SceneOutputs
from octo_ros.verification.scene import Scene

_UNNORMALIZED = re.compile(r'sample/(|\w+_)actions_unnormalized(|_bounds)')


def needs_statistics(name: str) -> bool:
    """Whether an array of that name is made with statistics."""
    return name == 'proprio_normalized' or _UNNORMALIZED.fullmatch(name) is not None


class UnitOutputs:
    """An engine's outputs, and what the checkpoint's statistics make of them.

    Args:
        outputs: The engine's.
        scene: The inputs.
        statistics: Of the dataset.
    """

    def __init__(self, outputs: SceneOutputs, scene: Scene, statistics: DatasetStatistics) -> None:
        self._outputs = outputs
        self._scene = scene
        self._statistics = statistics

    def array(self, name: str) -> NDArray[Any] | None:
        """See `octo_ros.verification.engine.SceneOutputs`."""
        if name == 'proprio_normalized':
            return self._proprio()
        unnormalized = _UNNORMALIZED.fullmatch(name)
        if unnormalized is None:
            return self._outputs.array(name)
        prefix, bounds = unnormalized.groups()
        actions = self._outputs.array(f'sample/{prefix}actions_normalized')
        if actions is None:
            return None
        how = Normalization.BOUNDS if bounds else Normalization.NORMAL
        statistics = self._statistics.action
        return (self._cut(statistics) if 'masked_' in prefix else statistics).unnormalize(
            actions, how
        )

    def _proprio(self) -> NDArray[np.float64]:
        raw = self._scene.array('proprio_raw')
        if raw.dtype.kind not in 'fiu':
            msg = f'proprio_raw must hold numbers; it is {raw.dtype}'
            raise VerificationError(msg)
        proprio = self._statistics.proprio
        if proprio is None:
            msg = 'the statistics have no proprio'
            raise VerificationError(msg)
        return proprio.normalize(raw, Normalization.NORMAL)

    def _cut(self, statistics: FieldStatistics) -> FieldStatistics:
        """Those of a robot that has only the first dimensions."""
        dim = int(self._scene.integers('sample/embodiment_action_dim', (), statistics.dim + 1))
        return FieldStatistics.from_dict(
            {name: values[:dim] for name, values in statistics.to_dict().items()}
        )
