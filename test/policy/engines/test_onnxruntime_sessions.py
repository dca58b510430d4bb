# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Buffers that keep their addresses; on the CPU here, the same code on a GPU."""

from __future__ import annotations

import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, save

from octo_ros.policy.engines.onnxruntime_sessions import BoundSession, HostSession

FLOAT, INT, BYTE, BOOL = (
    TensorProto.FLOAT,
    TensorProto.INT64,
    TensorProto.UINT8,
    TensorProto.BOOL,
)


@pytest.fixture(scope='module')
def session(tmp_path_factory):
    """A function: fixed sizes → session of a graph with all types of inputs; one axis is free.

    It gives [a, where(keep, a, 0) + ids + pixels] along the first axis, and 2·a.
    """
    nodes = [
        helper.make_node('Cast', ['ids'], ['numbers'], to=FLOAT),
        helper.make_node('Cast', ['pixels'], ['grey'], to=FLOAT),
        helper.make_node('Cast', ['keep'], ['kept'], to=FLOAT),
        helper.make_node('Mul', ['a', 'kept'], ['masked']),
        helper.make_node('Sum', ['masked', 'numbers', 'grey'], ['sum']),
        helper.make_node('Concat', ['a', 'sum'], ['both'], axis=0),
        helper.make_node('Add', ['a', 'a'], ['double']),
    ]
    value = helper.make_tensor_value_info
    inputs = [
        value('a', FLOAT, ['n', 3]),
        value('ids', INT, [3]),
        value('pixels', BYTE, [3]),
        value('keep', BOOL, [3]),
    ]
    outputs = [value('both', FLOAT, ['m', 3]), value('double', FLOAT, ['n', 3])]
    model = helper.make_model(
        helper.make_graph(nodes, 'g', inputs, outputs),
        opset_imports=[helper.make_opsetid('', 20)],
        ir_version=9,
    )
    path = tmp_path_factory.mktemp('graph') / 'graph.onnx'
    save(model, path)

    def make(**sizes):
        options = onnxruntime.SessionOptions()
        for name, size in sizes.items():
            options.add_free_dimension_override_by_name(name, size)
        return onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider'])

    return make


def inputs(n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.randn(n, 3, generator=generator),
        torch.tensor([1, 2, 3]) + seed,
        torch.tensor([7, 8, 255], dtype=torch.uint8),
        torch.tensor([True, False, True]),
    )


def expected(a, ids, pixels, keep):
    return torch.cat([a, a * keep + ids + pixels]), 2 * a


@pytest.fixture(params=['free', 'fixed', 'host'])
def graph(request, session):
    """A function: number of rows → graph for them."""
    if request.param == 'host':
        return lambda n: HostSession(session())
    free = BoundSession(session(), torch.device('cpu'))
    if request.param == 'free':
        return lambda n: free
    return lambda n: BoundSession(session(n=n, m=2 * n), torch.device('cpu'))


def test_all_sizes_one_after_the_other(graph):
    for seed, n in enumerate((2, 0, 5, 1, 2, 0)):
        run = graph(n)
        for given in (inputs(n, seed), inputs(n, seed + 10)):
            for found, wanted in zip(run(*given), expected(*given), strict=True):
                torch.testing.assert_close(found, wanted, atol=1e-6, rtol=0)


def test_results_stay_as_they_are(graph):
    run = graph(4)
    first = run(*inputs(4, 1))
    kept = [tensor.clone() for tensor in first]
    run(*inputs(4, 2))
    assert all(torch.equal(a, b) for a, b in zip(first, kept, strict=True))


def test_inputs_need_not_lie_in_one_piece(graph):
    a, *others = inputs(6)
    found = graph(3)(a[::2], *others)
    for result, wanted in zip(found, expected(a[::2], *others), strict=True):
        torch.testing.assert_close(result, wanted, atol=1e-6, rtol=0)


def test_buffers_keep_their_addresses(session, monkeypatch):
    """A recorded CUDA graph reads and writes where it did when it was recorded."""
    run = BoundSession(session(n=4, m=8), torch.device('cpu'))
    bound = []
    make = onnxruntime.IOBinding

    class Counted(make):
        def bind_input(self, name, *rest):
            bound.append((name, rest[-1]))
            super().bind_input(name, *rest)

        def bind_output(self, name, *rest):
            bound.append((name, rest[-1]))
            super().bind_output(name, *rest)

    def io_binding(self):
        return Counted(self)

    monkeypatch.setattr(onnxruntime.InferenceSession, 'io_binding', io_binding)
    for seed in range(3):
        run(*inputs(4, seed))
    assert [name for name, _ in bound] == ['a', 'ids', 'pixels', 'keep', 'both', 'double']
    assert len({address for _, address in bound}) == 6
