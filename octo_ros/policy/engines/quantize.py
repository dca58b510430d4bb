# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Exported layers whose linear maps multiply in 8 bits, scaled by what they see in real ticks.

Only products with weights are quantised; attention, norms, stems and head stay as they are. One
set of scales serves every slot of the window, so that what was prepared ahead equals what would be
computed at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime import quantization
from torch import Tensor

from octo_ros.model.sampling import Sampling
from octo_ros.policy.engines import exported as files
from octo_ros.policy.engines.graph_modules import given
from octo_ros.policy.engines.window_engine import WindowEngine

if TYPE_CHECKING:
    from octo_ros.model.batch import Tasks
    from octo_ros.policy.engines.frame import Frame, History
    from octo_ros.policy.engines.torch_network import TorchNetwork

Feed = dict[str, NDArray[np.generic]]


@dataclass(frozen=True)
class CalibrationTick:
    """A task and a window of it."""

    task: Tasks
    history: History
    newest: Frame


def quantize_layers(
    network: TorchNetwork, directory: Path, calibration: Sequence[CalibrationTick]
) -> None:
    """Replace the layers' graphs by ones that multiply in 8 bits.

    Args:
        network: The network that was exported.
        directory: Where its graphs are.
        calibration: Ticks from the robot or its dataset.
    """
    seen = _inputs_of_layers(network, calibration)
    for number in range(network.num_layers - 1):
        _quantize(directory / files.layer_file(number), seen[number])
    # The keys and values of older slots come from one graph, the newest slot's from the other:
    # both read the same tokens and get the same scales.
    _quantize(directory / files.LAST_KEY_VALUES, [(x, ()) for x, _ in seen[-1]])
    _quantize(directory / files.READOUT, seen[-1])


Call = tuple[Tensor, tuple[Tensor, ...]]


def _inputs_of_layers(
    network: TorchNetwork, calibration: Sequence[CalibrationTick]
) -> list[list[Call]]:
    """What each layer was given, in all slots of all ticks."""
    seen: list[list[Call]] = [[] for _ in range(network.num_layers)]
    num_private = len(network.layout.private)
    handles = [
        block.register_forward_pre_hook(
            lambda _, inputs, number=number: seen[number].append(
                (inputs[0].clone(), tuple(t.clone() for t in given(inputs[1], num_private)))
            )
        )
        for number, block in enumerate(network.blocks)
    ]
    window = max(len(tick.history) for tick in calibration) + 1
    engine = WindowEngine(network, window)
    try:
        for tick in calibration:
            engine.set_task(engine.encode(tick.task))
            engine.prepare(tick.history)
            engine.act(tick.history, tick.newest, Sampling(generator=torch.Generator()))
    finally:
        for handle in handles:
            handle.remove()
    return seen


class _Reader(quantization.CalibrationDataReader):
    def __init__(self, names: Sequence[str], calls: Sequence[Call]) -> None:
        self._feeds: Iterator[Feed] = (
            dict(zip(names, (t.contiguous().numpy() for t in (x, *before)), strict=True))
            for x, before in calls
        )

    def get_next(self) -> Feed | None:
        return next(self._feeds, None)


def _quantize(path: Path, calls: Sequence[Call]) -> None:
    model = onnx.load(path)
    weights = {weight.name for weight in model.graph.initializer}
    linear = [
        node.name
        for node in model.graph.node
        if node.op_type in ('MatMul', 'Gemm') and weights.intersection(node.input)
    ]
    names = [value.name for value in model.graph.input]
    quantized = path.with_suffix('.int8.onnx')
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)  # It advises a step that the exporter has done already.
    try:
        quantization.quantize_static(
            str(path),
            str(quantized),
            _Reader(names, calls),
            quant_format=quantization.QuantFormat.QDQ,
            nodes_to_quantize=linear,
            op_types_to_quantize=['MatMul', 'Gemm'],
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            use_external_data_format=True,
            extra_options={'QuantizeBias': False},
        )
    finally:
        logger.setLevel(level)
    small = onnx.load(quantized)
    quantized.unlink()
    quantized.with_name(f'{quantized.name}.data').unlink(missing_ok=True)
    data = path.with_name(f'{path.name}.data')
    data.unlink(missing_ok=True)
    path.unlink()
    onnx.save(small, path, save_as_external_data=True, location=data.name, size_threshold=1024)
