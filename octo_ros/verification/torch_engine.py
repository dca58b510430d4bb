# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Our PyTorch network as an engine; it makes every array that a reference may hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from octo_ros.errors import VerificationError
from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.model.octo import Octo
from octo_ros.model.precision import at_least_float32
from octo_ros.verification.forward_pass import ForwardPass
from octo_ros.verification.head_arrays import head_array
from octo_ros.verification.transformer_arrays import transformer_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.model.config import OctoConfig
    from octo_ros.verification.engine import EngineOptions
    from octo_ros.verification.scene import Scene


class TorchEngine:
    """A loaded network.

    Args:
        model: The network, float32, on any device; it is converted in place.
        options: Device and type.

    Raises:
        VerificationError: There is no such device.
    """

    def __init__(self, model: Octo, options: EngineOptions) -> None:
        if options.device == 'cuda' and not torch.cuda.is_available():
            msg = (
                'This machine has no CUDA device that this torch '
                f'({torch.__version__}) can use; take --device cpu.'
            )
            raise VerificationError(msg)
        self._options = options
        self._model = _prepared(model, options)
        self._exact: TorchEngine | None = None

    @classmethod
    def load(cls, checkpoint: CheckpointDirectory, options: EngineOptions) -> TorchEngine:
        """Load the weights.

        Raises:
            CheckpointError: They are missing, damaged, or do not fit the network.
            VerificationError: There is no such device.
        """
        return cls(load_weights(checkpoint, options.step), options)

    @property
    def model(self) -> Octo:
        """The network."""
        return self._model

    def exact(self) -> TorchEngine:
        """The same float32 parameters computed with in float64; made once, of twice the size."""
        if self._exact is None:
            state = {name: tensor.double() for name, tensor in self._model.state_dict().items()}
            self._exact = TorchEngine(_filled(self._model.config, state), self._options)
        return self._exact

    def open(self, scene: Scene) -> TorchOutputs:
        """Prepare one scene; nothing is computed yet."""
        model = self._model
        if scene.correct_attention and not model.config.use_correct_attention:
            config = replace(model.config, use_correct_attention=True)
            model = _prepared(_filled(config, model.state_dict()), self._options)
        return TorchOutputs(ForwardPass(model, scene))


class TorchOutputs:
    """What the network makes of one scene.

    Args:
        forward: The pass, which runs when the first array needs it.
    """

    def __init__(self, forward: ForwardPass) -> None:
        self._forward = forward

    def array(self, name: str) -> NDArray[Any] | None:
        """See `octo_ros.verification.engine.SceneOutputs`."""
        with torch.inference_mode(), full_float32():
            for compute in (transformer_array, head_array):
                value = compute(self._forward, name)
                if value is not None:
                    return numpy_array(value)
        return None


def numpy_array(tensor: Tensor) -> NDArray[Any]:
    """On the CPU; half precision becomes float32, because numpy has no bfloat16."""
    tensor = tensor.detach().cpu()
    if tensor.is_floating_point():
        tensor = tensor.to(at_least_float32(tensor.dtype))
    return np.asarray(tensor.numpy())


@contextmanager
def full_float32() -> Iterator[None]:
    """Float32 means float32: a GPU does not shorten the factors of its products to 10 bits."""
    products = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = False
    try:
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = products


def _filled(config: OctoConfig, state: dict[str, Tensor]) -> Octo:
    """A network of these parameters, in the same memory."""
    with torch.device('meta'):
        model = Octo(config)
    model.load_state_dict(state, assign=True)
    model.eval()
    return model


def _prepared(model: Octo, options: EngineOptions) -> Octo:
    """The network on its device and in its type."""
    model = model.to(options.device)
    if options.dtype != 'float32':
        model.half_precision(getattr(torch, options.dtype))
    return model
