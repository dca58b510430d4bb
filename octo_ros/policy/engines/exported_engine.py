# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Engines that run an exported network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from octo_ros.errors import PolicyError
from octo_ros.policy.engines.graph_network import GraphNetwork
from octo_ros.policy.engines.window_engine import WindowEngine

if TYPE_CHECKING:
    from octo_ros.policy.engines.exported import Exported
    from octo_ros.policy.engines.graph_network import GraphRuntime

RuntimeName = Literal['onnxruntime', 'openvino']
Provider = Literal['cpu', 'cuda', 'tensorrt']


@dataclass(frozen=True)
class RuntimeOptions:
    """Who runs the graphs, and how.

    Attributes:
        name: `openvino` (CPU) or `onnxruntime`.
        provider: Of onnxruntime: `cpu`, `cuda` or `tensorrt`.
        threads: CPU threads; None takes all cores.
        cache: Folder for what the runtime compiles; None keeps nothing.
        bfloat16: Of openvino: all but the language encoder, the head and 8-bit products in
            bfloat16; None decides by the export's precision: bf16 yes, int8 where the CPU has it.
    """

    name: RuntimeName = 'openvino'
    provider: Provider = 'cpu'
    threads: int | None = None
    cache: Path | None = None
    bfloat16: bool | None = None


def exported_engine(
    exported: Exported, options: RuntimeOptions | None = None, window_size: int | None = None
) -> WindowEngine:
    """An engine.

    Args:
        exported: From `Exported.read`, which has compared every file with the manifest.
        options: How to run it.
        window_size: Slots per window; None takes the training's.

    Raises:
        PolicyError: The runtime is not installed or cannot run this precision.
    """
    options = options or RuntimeOptions()
    network = GraphNetwork(exported, _runtime(exported, options))
    return WindowEngine(network, window_size or exported.config.window_size)


def _runtime(exported: Exported, options: RuntimeOptions) -> GraphRuntime:
    precision = exported.manifest.precision
    try:
        if options.name == 'openvino':
            from octo_ros.policy.engines.openvino_runtime import (
                OpenVinoOptions,
                OpenVinoRuntime,
                computes_bfloat16,
            )

            bfloat16 = options.bfloat16
            if bfloat16 is None:
                bfloat16 = precision == 'bf16' or (precision == 'int8' and computes_bfloat16())
            return OpenVinoRuntime(OpenVinoOptions(bfloat16, options.threads, options.cache))
        if precision == 'bf16':
            msg = 'onnxruntime does not run these graphs in bf16; take openvino, or export fp32.'
            raise PolicyError(msg)
        from octo_ros.policy.engines.onnxruntime_runtime import (
            OnnxRuntimeOptions,
            OnnxRuntimeRuntime,
        )

        return OnnxRuntimeRuntime(
            OnnxRuntimeOptions(options.provider, options.threads, options.cache)
        )
    except ImportError:
        msg = f'{options.name} is not installed; install it with pip, or take the torch engine.'
        raise PolicyError(msg) from None
