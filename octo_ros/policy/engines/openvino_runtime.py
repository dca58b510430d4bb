# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs exported graphs with OpenVINO on the CPU: of those measured the fastest there."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openvino
import torch
from numpy.typing import NDArray
from torch import Tensor

from octo_ros.policy.engines.graph_network import Graph, Shapes

if TYPE_CHECKING:
    from collections.abc import Sequence


_SEVERAL = 8


def computes_bfloat16() -> bool:
    """Whether OpenVINO has kernels for bfloat16 on this CPU; without them it takes seconds."""
    return 'BF16' in openvino.Core().get_property('CPU', 'OPTIMIZATION_CAPABILITIES')


@dataclass(frozen=True)
class OpenVinoOptions:
    """How OpenVINO runs.

    Attributes:
        bfloat16: Everything but language encoder and head in bfloat16.
        threads: CPU threads; None takes all cores.
        cache: Folder for compiled graphs, so that the next start is quick; None keeps none.
    """

    bfloat16: bool = False
    threads: int | None = None
    cache: Path | None = None


class OpenVinoRuntime:
    """See `octo_ros.policy.engines.graph_network.GraphRuntime`."""

    def __init__(self, options: OpenVinoOptions | None = None) -> None:
        self._options = options or OpenVinoOptions()
        self.device = torch.device('cpu')
        self.any_thread = True
        self._core = openvino.Core()
        if self._options.cache is not None:
            self._core.set_property({'CACHE_DIR': str(self._options.cache)})

    def load(self, path: Path, *, exact: bool = False) -> Graph:
        """A graph for inputs of any size."""
        return self._compiled(self._core.read_model(path), exact)

    def load_for(self, path: Path, shapes: Shapes, *, exact: bool = False) -> Graph:
        """A graph for these shapes, for which memory and kernels are chosen ahead."""
        model = self._core.read_model(path)
        model.reshape(dict(enumerate(list(shape) for shape in shapes)))
        return self._compiled(model, exact)

    def _compiled(self, model: openvino.Model, exact: bool) -> _OpenVinoGraph:
        precision = 'bf16' if self._options.bfloat16 and not exact else 'f32'
        settings: dict[str, Any] = {
            'PERFORMANCE_HINT': 'LATENCY',
            'NUM_STREAMS': 1,
            'INFERENCE_PRECISION_HINT': precision,
        }
        if self._options.threads is not None:
            settings['INFERENCE_NUM_THREADS'] = self._options.threads
        return _OpenVinoGraph(self._core.compile_model(model, 'CPU', settings))


class _OpenVinoGraph:
    """One graph; inputs and outputs are bound to the caller's memory, nothing is copied."""

    def __init__(self, compiled: openvino.CompiledModel) -> None:
        self._lock = threading.Lock()  # A new task may be encoded while another is served.
        self._request = compiled.create_infer_request()
        self._static = [
            tuple(port.shape) if not port.partial_shape.is_dynamic else None
            for port in compiled.outputs
        ]
        self._settle(compiled)

    def _settle(self, compiled: openvino.CompiledModel) -> None:
        """Run once with several tokens and keys.

        A fused attention (OpenVINO 2026.4) whose first call has a single key keeps the kernel for
        one key, and is wrong for all others from then on.
        """
        if all(shape is not None for shape in self._static):
            return
        self(
            *(
                torch.from_numpy(
                    np.zeros(
                        [d.get_length() if d.is_static else _SEVERAL for d in port.partial_shape],
                        port.element_type.to_dtype(),
                    )
                )
                for port in compiled.inputs
            )
        )

    def __call__(self, *inputs: Tensor) -> Sequence[Tensor]:
        with self._lock:
            return self._run(inputs)

    def _run(self, inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        request = self._request
        # The request keeps only addresses, so the arrays must live until it is done.
        given = [_array(tensor) for tensor in inputs]
        for number, array in enumerate(given):
            request.set_input_tensor(number, openvino.Tensor(array, shared_memory=True))
        outputs = [
            None if shape is None else np.empty(shape, np.float32) for shape in self._static
        ]
        for number, output in enumerate(outputs):
            if output is not None:
                request.set_output_tensor(number, openvino.Tensor(output, shared_memory=True))
        request.infer()
        return [
            torch.from_numpy(
                request.get_output_tensor(i).data.copy() if output is None else output
            )
            for i, output in enumerate(outputs)
        ]


def _array(tensor: Tensor) -> NDArray[np.generic]:
    """The tensor's memory; OpenVINO believes the strides even of an array without elements."""
    array = tensor.contiguous().numpy()
    return array if array.size else np.empty(array.shape, array.dtype)
