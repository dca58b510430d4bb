# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine that runs a loaded network with PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch

from octo_ros.errors import PolicyError
from octo_ros.policy.engines.plain_engine import PlainEngine
from octo_ros.policy.engines.slot_layout import slot_layout
from octo_ros.policy.engines.torch_network import TorchNetwork
from octo_ros.policy.engines.window_engine import WindowEngine

if TYPE_CHECKING:
    from octo_ros.model.octo import Octo


@dataclass(frozen=True)
class TorchOptions:
    """How PyTorch runs the network.

    Attributes:
        device: `cpu`, `cuda`, `cuda:1`; on CUDA every part is a recorded graph.
        precision: Of everything between the language encoder and the action head, which stay
            float32.
        threads: CPU threads, a setting of the whole process; None leaves it alone.
    """

    device: str = 'cpu'
    precision: Literal['fp32', 'bf16'] = 'fp32'
    threads: int | None = None


def torch_engine(
    octo: Octo, window_size: int | None = None, options: TorchOptions | None = None
) -> WindowEngine | PlainEngine:
    """The fastest exact engine for this network.

    A network whose tokens cannot be ordered so that no mask is needed (its head reads observation
    tokens, say) runs whole in every call.

    Args:
        octo: The network; it is moved and converted in place.
        window_size: Slots per window; None takes the training's.
        options: How to run it.

    Raises:
        PolicyError: There is no such device, or the window is too long.
    """
    options = options or TorchOptions()
    if options.device.startswith('cuda') and not torch.cuda.is_available():
        msg = (
            'This machine has no CUDA device that this torch '
            f'({torch.__version__}) can use; take device cpu.'
        )
        raise PolicyError(msg)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    octo = octo.to(options.device).eval()
    if options.precision == 'bf16':
        octo.half_precision(torch.bfloat16)
    size = window_size or octo.config.window_size
    layout = slot_layout(octo.config)
    if layout is None:
        return PlainEngine(octo, size)
    return WindowEngine(TorchNetwork(octo, layout), size)
