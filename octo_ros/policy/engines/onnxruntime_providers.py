# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What ONNX Runtime is told: who computes, with which options, and what must be there for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from octo_ros.policy.engines.manifest import Precision

Device = Literal['cpu', 'cuda', 'tensorrt']
DEVICES: tuple[Device, ...] = ('cpu', 'cuda', 'tensorrt')
CPU, CUDA, TENSORRT = (
    'CPUExecutionProvider',
    'CUDAExecutionProvider',
    'TensorrtExecutionProvider',
)
_NEEDED: dict[Device, tuple[str, ...]] = {
    'cpu': (CPU,),
    'cuda': (CUDA,),
    'tensorrt': (TENSORRT, CUDA),
}
_PACKAGES: dict[Device, str] = {
    'cpu': 'onnxruntime',
    'cuda': 'onnxruntime-gpu[cuda,cudnn] in place of onnxruntime',
    'tensorrt': 'onnxruntime-gpu[cuda,cudnn] in place of onnxruntime, and tensorrt',
}
# A provider's name and its options.
Provider = tuple[str, dict[str, str]]


@dataclass(frozen=True)
class OnnxRuntimeOptions:
    """How ONNX Runtime runs.

    Attributes:
        device: `tensorrt` compiles what has fixed sizes, but for language encoder and head; CUDA
            does the rest.
        threads: CPU threads; None takes all cores.
        cache: Folder for TensorRT's engines, which take minutes to build; None keeps none.
        gpu_memory_limit: Most that one graph may take on the GPU beside its weights [bytes]; None
            sets no limit. Memory is taken as it is needed in any case.
        bfloat16: Of TensorRT: everything but language encoder and head in bfloat16.
    """

    device: Device = 'cpu'
    threads: int | None = None
    cache: Path | None = None
    gpu_memory_limit: int | None = None
    bfloat16: bool = False


def providers(
    options: OnnxRuntimeOptions, *, fixed: bool, exact: bool, record: bool
) -> list[Provider]:
    """Who computes a graph, in order of preference.

    Args:
        options: How to run.
        fixed: All its sizes are known.
        exact: In float32 whatever the precision of the rest.
        record: Launch it as one recorded CUDA graph.
    """
    if options.device == 'cpu':
        return [(CPU, {})]
    recorded = str(int(record))
    cuda = {'use_tf32': '0', 'arena_extend_strategy': 'kSameAsRequested'}
    if options.gpu_memory_limit is not None:
        cuda['gpu_mem_limit'] = str(options.gpu_memory_limit)
    if options.device == 'cuda' or not fixed or exact:
        return [(CUDA, cuda | {'enable_cuda_graph': recorded}), (CPU, {})]
    tensorrt = {
        'trt_cuda_graph_enable': recorded,
        'trt_bf16_enable': str(int(options.bfloat16)),
    }
    if options.gpu_memory_limit is not None:
        tensorrt['trt_max_workspace_size'] = str(options.gpu_memory_limit)
    if options.cache is not None:
        tensorrt |= {
            'trt_engine_cache_enable': '1',
            'trt_engine_cache_path': str(options.cache),
            'trt_timing_cache_enable': '1',
            'trt_timing_cache_path': str(options.cache),
        }
    return [(TENSORRT, tensorrt), (CUDA, cuda), (CPU, {})]


def check_precision(precision: Precision, device: Device) -> None:
    """Refuse an export whose numbers the device does not compute.

    Raises:
        PolicyError: It is so.
    """
    runs: dict[Device, tuple[Precision, ...]] = {
        'cpu': ('fp32', 'int8'),
        'cuda': ('fp32',),
        'tensorrt': ('fp32', 'bf16'),
    }
    if precision not in runs[device]:
        msg = (
            f'onnxruntime runs exports in {" or ".join(runs[device])} on {device}, not in '
            f'{precision}; export the checkpoint again with another --precision, or on a CPU take '
            'openvino.'
        )
        raise PolicyError(msg)


def check_installed(device: Device, available: Sequence[str], *, torch_has_cuda: bool) -> None:
    """Refuse a device that this installation does not have.

    Args:
        device: Who is to compute.
        available: The providers that ONNX Runtime was built with.
        torch_has_cuda: PyTorch holds what the graphs hand on, so it must reach the GPU too.

    Raises:
        PolicyError: It does not.
    """
    missing = [name for name in _NEEDED[device] if name not in available]
    if missing:
        msg = (
            f'This ONNX Runtime has no {missing[0]} (it has {", ".join(available)}); '
            f'install {_PACKAGES[device]}, or take device cpu.'
        )
        raise PolicyError(msg)
    if device != 'cpu' and not torch_has_cuda:
        msg = (
            f'Device {device} needs a PyTorch that reaches the GPU, and this one does not; '
            'install a CUDA build of torch and the GPU driver, or take device cpu.'
        )
        raise PolicyError(msg)


def check_used(name: str, wanted: Sequence[Provider], used: Sequence[str], device: Device) -> None:
    """Refuse a session that ONNX Runtime has silently given to somebody else.

    Args:
        name: Of the graph.
        wanted: From `providers`.
        used: The providers of the session.
        device: What was asked for.

    Raises:
        PolicyError: One of the wanted ones is not used.
    """
    missing = [provider for provider, _ in wanted if provider not in used]
    if missing:
        msg = (
            f'ONNX Runtime did not take {missing[0]} for {name} but {", ".join(used)}: a library '
            f'of it does not load here; install {_PACKAGES[device]}, or take device cpu.'
        )
        raise PolicyError(msg)
