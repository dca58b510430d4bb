# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joins the layers' graphs to one, so that a runtime can fuse across their borders.

The weights stay in the layers' files: the joined graph refers to them. So the newest slot and the
older ones are computed with the same numbers, quantised ones too.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnx
from onnx import compose, helper

from octo_ros.policy.engines import exported as files


def merge_newest(directory: Path, num_layers: int, key_names: Sequence[str]) -> None:
    """Write the graph of the newest slot: all layers, then the readout.

    Its inputs are `x`, then each layer's keys and values as `<key name>_<layer>`.

    Args:
        directory: Where the layers' graphs are.
        num_layers: Blocks of the transformer.
        key_names: A layer's inputs behind `x`.
    """
    nodes, weights, inputs, functions = [], [], [], []
    x = 'x'
    paths = [files.layer_file(i) for i in range(num_layers - 1)] + [files.READOUT]
    for number, name in enumerate(paths):
        model = onnx.load(directory / name, load_external_data=False)
        prefix = f'l{number}_'
        compose.add_prefix(model, prefix, inplace=True)
        first, *before = model.graph.input
        renamed = {first.name: x}
        for value, key in zip(before, key_names, strict=True):
            renamed[value.name] = f'{key}_{number}'
        for node in model.graph.node:
            for i, used in enumerate(node.input):
                node.input[i] = renamed.get(used, used)
        inputs += [first] if number == 0 else []
        inputs += before
        for value in (first, *before):
            value.name = renamed[value.name]
        nodes += model.graph.node
        weights += model.graph.initializer
        functions += model.functions
        x = model.graph.output[0].name
        output, opsets = model.graph.output[0], model.opset_import
    merged = helper.make_model(
        helper.make_graph(nodes, 'newest', inputs, [output], weights),
        opset_imports=opsets,
        functions=functions,
        ir_version=model.ir_version,
    )
    onnx.save(merged, directory / files.NEWEST)
