# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Who computes: the seam between the comparison and the ways to run a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.model.checkpoint import CheckpointDirectory
    from octo_ros.verification.scene import Scene
    from octo_ros.verification.window_engines import Kind

Dtype = Literal['float32', 'bfloat16', 'float16']
DTYPES: tuple[Dtype, ...] = ('float32', 'bfloat16', 'float16')
DEVICES = ('cpu', 'cuda')


@dataclass(frozen=True)
class EngineOptions:
    """How a network is run.

    Attributes:
        device: `cpu` or `cuda`.
        dtype: Of everything between language encoder and action head, see `Octo.half_precision`.
        step: Training step; None takes the latest.
    """

    device: str = 'cpu'
    dtype: Dtype = 'float32'
    step: int | None = None


class SceneOutputs(Protocol):
    """What an engine makes of one scene; each array is computed when it is asked for."""

    def array(self, name: str) -> NDArray[Any] | None:
        """An output by its name, or None if this engine does not make it.

        Raises:
            OctoRosError: It cannot be computed from these inputs; one sentence.
        """


class Engine(Protocol):
    """A loaded network."""

    def open(self, scene: Scene) -> SceneOutputs:
        """Prepare one scene."""


def _torch(checkpoint: CheckpointDirectory, options: EngineOptions) -> Engine:
    from octo_ros.verification.torch_engine import TorchEngine

    return TorchEngine.load(checkpoint, options)


def _window(kind: Kind) -> Callable[[CheckpointDirectory, EngineOptions], Engine]:
    def load(checkpoint: CheckpointDirectory, options: EngineOptions) -> Engine:
        from octo_ros.verification.window_engines import WindowVerification

        return WindowVerification(checkpoint, options, kind)

    return load


# An engine of another runtime answers None to what it does not make: that is counted as skipped.
ENGINES: Mapping[str, Callable[[CheckpointDirectory, EngineOptions], Engine]] = {
    'torch': _torch,
    'cached': _window('cached'),
    'onnxruntime': _window('onnxruntime'),
    'openvino': _window('openvino'),
}
