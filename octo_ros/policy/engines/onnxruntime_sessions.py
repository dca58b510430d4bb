# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime's sessions as graphs of tensors."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from onnxruntime import InferenceSession

_TYPES: dict[torch.dtype, type[np.generic]] = {
    torch.float32: np.float32,
    torch.int64: np.int64,
    torch.uint8: np.uint8,
    torch.bool: np.bool_,
}


class HostSession:
    """On the CPU; any number of threads may call it.

    Args:
        session: Of the CPU.
    """

    def __init__(self, session: InferenceSession) -> None:
        self._session = session
        self._names = [value.name for value in session.get_inputs()]

    def __call__(self, *inputs: Tensor) -> Sequence[Tensor]:
        """Run; inputs are read where they lie."""
        arrays = (tensor.contiguous().numpy() for tensor in inputs)
        outputs = self._session.run(None, dict(zip(self._names, arrays, strict=True)))
        return [torch.from_numpy(output) for output in outputs]


class BoundSession:
    """On any device; everything stays there, in buffers that keep their addresses.

    A recorded CUDA graph reads and writes the addresses of its recording, so inputs are copied
    into the buffers, and outputs out of them. Every combination of sizes has buffers of its own.

    Args:
        session: Of that device.
        device: Where inputs and outputs are.
    """

    def __init__(self, session: InferenceSession, device: torch.device) -> None:
        self._session, self._device = session, device
        self._lock = threading.Lock()
        self._buffers: dict[tuple[torch.Size, ...], _Buffers] = {}

    @torch.inference_mode()
    def __call__(self, *inputs: Tensor) -> Sequence[Tensor]:
        """Run; the outputs belong to the caller."""
        with self._lock:
            shapes = tuple(tensor.shape for tensor in inputs)
            if shapes not in self._buffers:
                self._buffers[shapes] = _Buffers(self._session, self._device, inputs)
            return self._buffers[shapes].run(inputs)


class _Buffers:
    def __init__(
        self, session: InferenceSession, device: torch.device, inputs: Sequence[Tensor]
    ) -> None:
        self._session, self._device = session, device
        self._binding = session.io_binding()
        self._inputs = [_buffer(tensor.shape, tensor.dtype, device) for tensor in inputs]
        for value, buffer in zip(session.get_inputs(), self._inputs, strict=True):
            self._bind(self._binding.bind_input, value.name, buffer)
        self._outputs = [
            _buffer(shape, torch.float32, device) for shape in self._output_shapes(inputs)
        ]
        for value, buffer in zip(session.get_outputs(), self._outputs, strict=True):
            self._bind(self._binding.bind_output, value.name, buffer)

    def run(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        for buffer, given in zip(self._inputs, inputs, strict=True):
            buffer.copy_(given)
        self._run()
        return [buffer.clone() for buffer in self._outputs]

    def _run(self) -> None:
        if self._device.type == 'cuda':  # ONNX Runtime has a stream of its own; it waits for it.
            torch.cuda.current_stream(self._device).synchronize()
        self._session.run_with_iobinding(self._binding)

    def _output_shapes(self, inputs: Sequence[Tensor]) -> list[tuple[int, ...]]:
        """As the graph declares them, or as a first run finds them."""
        values = self._session.get_outputs()
        declared = [tuple(value.shape) for value in values]
        if all(isinstance(size, int) for shape in declared for size in shape):
            return declared
        for value in values:
            self._binding.bind_output(value.name, self._device.type, self._device.index or 0)
        for buffer, given in zip(self._inputs, inputs, strict=True):
            buffer.copy_(given)
        self._run()
        return [tuple(output.shape()) for output in self._binding.get_outputs()]

    def _bind(self, bind: Callable[..., Any], name: str, buffer: Tensor) -> None:
        device = buffer.device
        bind(
            name,
            device.type,
            device.index or 0,
            _TYPES[buffer.dtype],
            tuple(buffer.shape),
            buffer.untyped_storage().data_ptr(),
        )


def _buffer(shape: Sequence[int], dtype: torch.dtype, device: torch.device) -> Tensor:
    """Memory with an address even if there are no elements: the binding does not take null."""
    numel = math.prod(shape)
    return torch.zeros(max(numel, 1), dtype=dtype, device=device)[:numel].view(*shape)
