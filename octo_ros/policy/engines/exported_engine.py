# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Engines that run an exported network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from octo_ros.errors import PolicyError
from octo_ros.policy.engines.compile_cache import cache_folder, user_cache
from octo_ros.policy.engines.graph_network import GraphNetwork
from octo_ros.policy.engines.onnxruntime_providers import (
    DEVICES,
    Device,
    OnnxRuntimeOptions,
    check_precision,
)
from octo_ros.policy.engines.window_engine import WindowEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from octo_ros.policy.engines.exported import Exported
    from octo_ros.policy.engines.graph_network import GraphRuntime

RuntimeName = Literal['onnxruntime', 'openvino']


@dataclass(frozen=True)
class RuntimeOptions:
    """Who runs the graphs, and how.

    Attributes:
        name: `openvino` (CPU) or `onnxruntime`.
        device: Of onnxruntime: `cpu`, `cuda` or `tensorrt`.
        threads: CPU threads; None takes all cores.
        bfloat16: Of openvino: all but the language encoder, the head and 8-bit products in
            bfloat16; None decides by the export's precision: bf16 yes, int8 where the CPU has it.
        cache_dir: Where the runtime keeps what it compiles, in a folder per export; what lies
            there is believed. None: what TensorRT makes goes to the user's cache directory, what
            openvino makes is not kept, for it takes as much space as the weights and saves a
            second.
        gpu_memory_limit: Most that one graph may take on the GPU beside its weights [bytes]; None
            sets no limit.
    """

    name: RuntimeName = 'openvino'
    device: str = 'cpu'
    threads: int | None = None
    bfloat16: bool | None = None
    cache_dir: Path | None = None
    gpu_memory_limit: int | None = None


def exported_engine(
    exported: Exported, options: RuntimeOptions | None = None, window_size: int | None = None
) -> WindowEngine:
    """An engine.

    Args:
        exported: From `Exported.read`, which has compared every file with the manifest.
        options: How to run it.
        window_size: Slots per window; None takes the training's.

    Raises:
        PolicyError: The runtime is not installed, does not have the device, cannot run this
            precision, or cannot write into the cache.
    """
    options = options or RuntimeOptions()
    network = GraphNetwork(exported, _runtime(exported, options))
    return WindowEngine(network, window_size or exported.config.window_size)


def _runtime(exported: Exported, options: RuntimeOptions) -> GraphRuntime:
    try:
        return _MAKERS[options.name](exported, options)
    except ImportError:
        msg = f'{options.name} is not installed; install it with pip, or take the torch engine.'
        raise PolicyError(msg) from None


def _openvino(exported: Exported, options: RuntimeOptions) -> GraphRuntime:
    from octo_ros.policy.engines.openvino_runtime import (
        OpenVinoOptions,
        OpenVinoRuntime,
        computes_bfloat16,
    )

    _refuse_others(options, ('cpu',))
    bfloat16 = options.bfloat16
    if bfloat16 is None:
        precision = exported.manifest.precision
        bfloat16 = precision == 'bf16' or (precision == 'int8' and computes_bfloat16())
    cache = options.cache_dir and cache_folder(exported, options.cache_dir)
    return OpenVinoRuntime(OpenVinoOptions(bfloat16, options.threads, cache))


def _onnxruntime(exported: Exported, options: RuntimeOptions) -> GraphRuntime:
    from octo_ros.policy.engines.onnxruntime_runtime import OnnxRuntimeRuntime

    device = _refuse_others(options, DEVICES)
    precision = exported.manifest.precision
    check_precision(precision, device)
    cache = None
    if device == 'tensorrt':
        cache = cache_folder(exported, options.cache_dir or user_cache())
    elif options.cache_dir is not None:
        msg = f'onnxruntime keeps nothing on {device}; leave cache_dir out.'
        raise PolicyError(msg)
    limit, bfloat16 = options.gpu_memory_limit, precision == 'bf16'
    return OnnxRuntimeRuntime(OnnxRuntimeOptions(device, options.threads, cache, limit, bfloat16))


_MAKERS: dict[RuntimeName, Callable[[Exported, RuntimeOptions], GraphRuntime]] = {
    'openvino': _openvino,
    'onnxruntime': _onnxruntime,
}


def _refuse_others(options: RuntimeOptions, devices: Sequence[Device]) -> Device:
    """The device, if it is one of these and suits the other options."""
    for device in devices:
        if device == options.device:
            break
    else:
        msg = f'{options.name} runs on {" or ".join(devices)} here, not on {options.device}.'
        raise PolicyError(msg)
    if device == 'cpu' and options.gpu_memory_limit is not None:
        msg = 'gpu_memory_limit is for the devices cuda and tensorrt; leave it out.'
        raise PolicyError(msg)
    return device
