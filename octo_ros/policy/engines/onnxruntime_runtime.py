# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs exported graphs with ONNX Runtime, on the CPU or by its CUDA or TensorRT provider."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import onnxruntime
import torch
from torch import Tensor

from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.policy.engines.graph_network import Graph, Shapes

Provider = Literal['cpu', 'cuda', 'tensorrt']
_NAMES: dict[Provider, str] = {
    'cpu': 'CPUExecutionProvider',
    'cuda': 'CUDAExecutionProvider',
    'tensorrt': 'TensorrtExecutionProvider',
}


@dataclass(frozen=True)
class OnnxRuntimeOptions:
    """How ONNX Runtime runs.

    Attributes:
        provider: Who computes.
        threads: CPU threads; None takes all cores.
        cache: Folder for TensorRT's engines, which take minutes to build; None keeps none.
        half: TensorRT may compute in float16.
    """

    provider: Provider = 'cpu'
    threads: int | None = None
    cache: Path | None = None
    half: bool = False


class OnnxRuntimeRuntime:
    """See `octo_ros.policy.engines.graph_network.GraphRuntime`.

    Raises:
        PolicyError: This build of ONNX Runtime does not have the provider.
    """

    def __init__(self, options: OnnxRuntimeOptions | None = None) -> None:
        self._options = options or OnnxRuntimeOptions()
        name = _NAMES[self._options.provider]
        if name not in onnxruntime.get_available_providers():
            there = ', '.join(onnxruntime.get_available_providers())
            msg = (
                f'This ONNX Runtime has no {name} (it has {there}); '
                'install onnxruntime-gpu or take provider cpu.'
            )
            raise PolicyError(msg)

    def load(self, path: Path, *, exact: bool = False) -> Graph:
        """A graph for inputs of any size."""
        providers = self._providers(exact)
        session = onnxruntime.InferenceSession(str(path), self._session(), providers=providers)
        return _Session(session)

    def load_for(self, path: Path, shapes: Shapes) -> Graph | None:
        """On a GPU one launch instead of one per layer; on the CPU it would gain nothing."""
        del shapes
        return None if self._options.provider == 'cpu' else self.load(path)

    def _session(self) -> onnxruntime.SessionOptions:
        session = onnxruntime.SessionOptions()
        session.intra_op_num_threads = self._options.threads or 0
        # Threads that wait actively take the cores from the rest of the robot's software.
        session.add_session_config_entry('session.intra_op.allow_spinning', '0')
        session.log_severity_level = 3
        return session

    def _providers(self, exact: bool) -> list[Any]:
        options = self._options
        cpu, cuda = _NAMES['cpu'], (_NAMES['cuda'], {'use_tf32': '0'})
        if options.provider == 'cpu':
            return [cpu]
        if options.provider == 'cuda':
            return [cuda, cpu]
        tensorrt: dict[str, str] = {'trt_fp16_enable': str(int(options.half and not exact))}
        if options.cache is not None:
            tensorrt |= {
                'trt_engine_cache_enable': '1',
                'trt_engine_cache_path': str(options.cache),
                'trt_timing_cache_enable': '1',
                'trt_timing_cache_path': str(options.cache),
            }
        return [(_NAMES['tensorrt'], tensorrt), cuda, cpu]


class _Session:
    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._names = [value.name for value in session.get_inputs()]

    def __call__(self, *inputs: Tensor) -> Sequence[Tensor]:
        arrays = (tensor.contiguous().numpy() for tensor in inputs)
        outputs = self._session.run(None, dict(zip(self._names, arrays, strict=True)))
        return [torch.from_numpy(output) for output in outputs]
