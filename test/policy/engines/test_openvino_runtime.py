# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One graph of a layer, in all sizes: a runtime's kernels must not stick to the first ones."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from octo_ros.policy.engines.export_graphs import OPSET
from octo_ros.policy.engines.graph_modules import LayerGraph
from octo_ros.policy.engines.onnxruntime_runtime import OnnxRuntimeOptions, OnnxRuntimeRuntime
from octo_ros.policy.engines.openvino_runtime import OpenVinoOptions, OpenVinoRuntime
from octo_ros.policy.engines.split_block import KeyValues, SplitBlock


@pytest.fixture(scope='module')
def layer(tmp_path_factory, world):
    block = SplitBlock(world('octo_tiny_goal').octo.octo_transformer.transformer.blocks[0], 0)
    path = tmp_path_factory.mktemp('layer') / 'layer.onnx'
    dynamic = torch.export.Dim.DYNAMIC
    with torch.no_grad():
        torch.onnx.export(
            LayerGraph(block).eval(),
            (torch.zeros(1, 7, 48), torch.zeros(1, 4, 5, 12), torch.zeros(1, 4, 5, 12)),
            str(path),
            dynamo=True,
            opset_version=OPSET,
            dynamic_shapes=({1: dynamic}, ({2: dynamic}, {2: dynamic})),
            verbose=False,
        )
    return block, path


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize(
    'runtime',
    [
        OpenVinoRuntime(OpenVinoOptions(threads=1)),
        OnnxRuntimeRuntime(OnnxRuntimeOptions(threads=1)),
    ],
    ids=['openvino', 'onnxruntime'],
)
@torch.inference_mode()
def test_sizes_in_any_order(layer, runtime, seed):
    block, path = layer
    graph = runtime.load(path)
    rng = np.random.default_rng(seed)
    # Seed 0 begins with a single token and no key.
    sizes = [(1, 0)] * (seed == 0) + [tuple(rng.integers(0, 20, 2)) for _ in range(60)]
    nothing = torch.zeros(1, 4, 0, 12)
    for n, m in sizes:
        x, key, value = (
            torch.randn(1, n + 1, 48),
            torch.randn(1, 4, m, 12),
            torch.randn(1, 4, m, 12),
        )
        y, own_key, own_value = graph(x, key, value)
        expected, own = block(x, KeyValues(key, value, nothing, nothing))
        torch.testing.assert_close(y, expected, atol=2e-5, rtol=0)
        torch.testing.assert_close(own_key, own.key, atol=2e-5, rtol=0)
        torch.testing.assert_close(own_value, own.value, atol=2e-5, rtol=0)


def test_two_threads_may_call_one_graph(layer):
    """A task is encoded while another is served."""
    block, path = layer
    graph = OpenVinoRuntime(OpenVinoOptions(threads=1)).load(path)
    nothing = torch.zeros(1, 4, 0, 12)

    def check(seed):
        generator = torch.Generator().manual_seed(seed)
        for _ in range(60):
            x, keys = (
                torch.randn(1, 3 + seed, 48, generator=generator),
                torch.zeros(1, 4, seed, 12),
            )
            with torch.inference_mode():
                expected, _ = block(x, KeyValues(keys, keys, nothing, nothing))
                torch.testing.assert_close(graph(x, keys, keys)[0], expected, atol=2e-5, rtol=0)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(check, range(1, 5)))


@torch.inference_mode()
def test_results_stay_as_they_are(layer):
    _, path = layer
    for runtime in (OpenVinoRuntime(), OnnxRuntimeRuntime()):
        shapes = (torch.Size((1, 3, 48)), *[torch.Size((1, 4, 2, 12))] * 2)
        for graph in (runtime.load(path), runtime.load_for(path, shapes)):
            inputs = [torch.randn(shape) for shape in shapes]
            first = [result.clone() for result in graph(*inputs)]
            held = graph(*inputs)
            graph(*(2 * tensor for tensor in inputs))
            assert all(torch.equal(a, b) for a, b in zip(first, held, strict=True))
