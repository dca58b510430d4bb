# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The best matrix product that the installed libraries reach here, in GFLOP/s by precision.

No compiler is needed for that; a hand-written loop of multiplications might reach more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec

import numpy as np
import torch

from octo_ros.benchmark.variant import Device
from octo_ros.policy.engines.manifest import Precision

_FEW_THREADS = 8
_SECONDS = 0.3  # per product and library, at least

Product = tuple[Precision, Callable[[], object]]


class PeakProbe:
    """Multiplies; to be made in a process of its own, whose threads it sets.

    Args:
        threads: CPU threads.
        device: Which machine is measured: the CPU or the GPU.
    """

    def __init__(self, threads: int, device: Device) -> None:
        torch.set_num_threads(threads)
        self._threads, self._device, self._edge = threads, device, _edge(threads, device)
        self._products = tuple(self._all_products())

    def measure(self) -> dict[Precision, float]:
        """GFLOP/s (int8: GOP/s) of the best library at each precision that any of them has.

        One that is not half as fast as the best is not asked again: emulation takes seconds.
        """
        rates = [2 * self._edge**3 / _shortest(call) / 1e9 for _, call in self._products]
        best: dict[Precision, float] = {}
        for (precision, _), rate in zip(self._products, rates, strict=True):
            best[precision] = max(rate, best.get(precision, 0.0))
        self._products = tuple(
            product
            for product, rate in zip(self._products, rates, strict=True)
            if rate > best[product[0]] / 2
        )
        return best

    def _all_products(self) -> Iterator[Product]:
        if self._device == 'cpu' or torch.cuda.is_available():
            yield from self._torch()
        if self._device == 'cpu' and find_spec('openvino') is not None:
            yield from self._openvino()
        if self._device == 'cpu' and all(find_spec(name) for name in ('onnx', 'onnxruntime')):
            yield from self._onnxruntime()

    def _torch(self) -> Iterator[Product]:
        shape = (self._edge, self._edge)
        types: dict[Precision, torch.dtype] = {'fp32': torch.float32, 'bf16': torch.bfloat16}
        for precision, dtype in types.items():
            a, b, c = (torch.ones(shape, dtype=dtype, device=self._device) for _ in range(3))
            yield precision, partial(self._finish, partial(torch.mm, a, b, out=c))
        a, b = (torch.ones(shape, dtype=torch.int8, device=self._device) for _ in range(2))
        yield 'int8', partial(self._finish, partial(torch._int_mm, a, b))

    def _finish(self, product: Callable[[], object]) -> None:
        product()
        if self._device == 'cuda':
            torch.cuda.synchronize()

    def _openvino(self) -> Iterator[Product]:
        import openvino
        from openvino import opset13 as ops

        core, shape = openvino.Core(), [self._edge, self._edge]
        ones = np.ones(shape, np.float32)
        for precision, hint in (('fp32', 'f32'), ('bf16', 'bf16'), ('int8', 'bf16')):
            x = ops.parameter(shape, np.float32)
            if precision == 'int8':  # What OpenVINO makes 8-bit products of.
                left = ops.fake_quantize(x, *(np.float32(v) for v in (0, 1, 0, 1)), 256)
                weights = ops.convert(ops.constant(ones.astype(np.int8)), np.float32)
                right = ops.multiply(weights, ops.constant(np.float32(0.01)))
            else:
                left, right = x, ops.constant(ones)
            model = openvino.Model([ops.matmul(left, right, False, False)], [x])
            settings = {'INFERENCE_NUM_THREADS': self._threads, 'INFERENCE_PRECISION_HINT': hint}
            request = core.compile_model(model, 'CPU', settings).create_infer_request()
            request.set_input_tensor(openvino.Tensor(ones))
            yield precision, request.infer  # type: ignore[misc]

    def _onnxruntime(self) -> Iterator[Product]:
        import onnx
        import onnxruntime

        shape = [self._edge, self._edge]
        kinds: tuple[tuple[Precision, str, type[np.generic], type[np.generic], int], ...] = (
            ('fp32', 'MatMul', np.float32, np.float32, onnx.TensorProto.FLOAT),
            ('int8', 'MatMulInteger', np.uint8, np.int8, onnx.TensorProto.INT32),
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        for precision, kind, left, right, result in kinds:
            typed = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(left))
            graph = onnx.helper.make_graph(
                [onnx.helper.make_node(kind, ['x', 'w'], ['y'])],
                kind,
                [onnx.helper.make_tensor_value_info('x', typed, shape)],
                [onnx.helper.make_tensor_value_info('y', result, shape)],
                [onnx.numpy_helper.from_array(np.ones(shape, right), 'w')],
            )
            model = onnx.helper.make_model(
                graph, opset_imports=[onnx.helper.make_opsetid('', 20)], ir_version=10
            )
            session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=['CPUExecutionProvider']
            )
            given = {'x': np.ones(shape, left)}
            yield precision, partial(session.run, None, given)


def _edge(threads: int, device: Device) -> int:
    """Of the square matrices: large enough that nothing but multiplying counts."""
    if device == 'cuda':
        return 8192
    return 1024 if threads <= _FEW_THREADS else 4096


def _shortest(product: Callable[[], object]) -> float:
    """Seconds of the fastest of several calls; of one, if that takes longer than all may."""
    durations: list[float] = []
    while sum(durations) < _SECONDS:
        started = time.perf_counter()
        product()
        durations.append(time.perf_counter() - started)
    return min(durations)
