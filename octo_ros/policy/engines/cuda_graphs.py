# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Functions of tensors recorded once and replayed by the GPU as one launch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

# torch asks for some passes before a recording, so that libraries have chosen their kernels.
_PASSES_BEFORE = 3

Function = Callable[..., Tensor | Sequence[Tensor]]


class CudaGraphs:
    """Records a function at its first call with tensors of new shapes; later calls replay it.

    Inputs are copied into buffers that never move, results out of them, so that nothing that a
    caller holds is ever overwritten. Always to be called from the same thread.
    """

    def __init__(self) -> None:
        self._graphs: dict[tuple[object, ...], _Recording] = {}

    def __call__(
        self, name: str, function: Function, *inputs: Tensor
    ) -> Tensor | tuple[Tensor, ...]:
        """The function's result.

        Args:
            name: Stands for the function; two functions need two names.
            function: Pure, of static shapes, its tensors all on the GPU.
            inputs: Its arguments.
        """
        key = (name, *((tensor.shape, tensor.dtype) for tensor in inputs))
        if key not in self._graphs:
            self._graphs[key] = _Recording(function, inputs)
        return self._graphs[key].replay(inputs)


class _Recording:
    def __init__(self, function: Function, inputs: Sequence[Tensor]) -> None:
        self._inputs = [tensor.clone() for tensor in inputs]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(_PASSES_BEFORE):
                function(*self._inputs)
        torch.cuda.current_stream().wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            self._outputs = function(*self._inputs)

    def replay(self, inputs: Sequence[Tensor]) -> Tensor | tuple[Tensor, ...]:
        for static, given in zip(self._inputs, inputs, strict=True):
            static.copy_(given)
        self._graph.replay()
        if isinstance(self._outputs, Tensor):
            return self._outputs.clone()
        return tuple(output.clone() for output in self._outputs)
