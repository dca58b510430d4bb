# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which engines run in which precision, and why others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from octo_ros.policy.engines.manifest import PRECISIONS, Precision

EngineName = Literal['plain', 'torch', 'onnxruntime', 'openvino']
Device = Literal['cpu', 'cuda']
ENGINES: tuple[EngineName, ...] = ('plain', 'torch', 'onnxruntime', 'openvino')
DEVICES: tuple[Device, ...] = ('cpu', 'cuda')
_RUNS: dict[EngineName, tuple[Precision, ...]] = {
    'plain': ('fp32',),
    'torch': ('fp32', 'bf16'),
    'onnxruntime': ('fp32', 'int8'),
    'openvino': ('fp32', 'bf16', 'int8'),
}
# What makes graphs of a checkpoint.
_EXPORTER = ('onnx', 'onnxscript', 'onnxruntime')


@dataclass(frozen=True)
class Variant:
    """One row of the table."""

    engine: EngineName
    precision: Precision

    def __str__(self) -> str:
        return f'{self.engine} {self.precision}'

    @property
    def runs_graphs(self) -> bool:
        """Whether it runs an exported network, and not the checkpoint itself."""
        return self.engine in ('onnxruntime', 'openvino')

    @property
    def rest(self) -> Precision:
        """Precision of attention and stems: only products with weights are done in 8 bits."""
        if self.precision != 'int8':
            return self.precision
        if self.engine != 'openvino':
            return 'fp32'
        from octo_ros.policy.engines.openvino_runtime import computes_bfloat16

        return 'bf16' if computes_bfloat16() else 'fp32'

    def obstacle(self, device: Device = 'cpu') -> str | None:
        """Why it cannot run on this machine, in a sentence; told before minutes of exporting."""
        if self.precision not in _RUNS[self.engine]:
            runs = ' and '.join(_RUNS[self.engine])
            return f'{self.engine} does not run {self.precision}; it runs {runs}.'
        needed = (self.engine, *_EXPORTER) if self.runs_graphs else ()
        missing = [name for name in dict.fromkeys(needed) if find_spec(name) is None]
        if missing:
            names = ' and '.join(missing)
            return f'{names}: not installed; install with pip, or take another engine.'
        return None if device == 'cpu' else self._obstacle_on_cuda()

    def _obstacle_on_cuda(self) -> str | None:
        if self.engine == 'openvino':
            return 'openvino runs on the CPU here; leave --device out, or take another engine.'
        if self.runs_graphs:
            import onnxruntime

            there = onnxruntime.get_available_providers()
            if 'CUDAExecutionProvider' in there:
                int8 = 'onnxruntime runs int8 on the CPU only; leave --device out.'
                return int8 if self.precision == 'int8' else None
            return (
                f'This onnxruntime has no CUDAExecutionProvider (it has {", ".join(there)}); '
                'install onnxruntime-gpu or take --device cpu.'
            )
        import torch

        if torch.cuda.is_available():
            return None
        return (
            'This machine has no CUDA device that this torch '
            f'({torch.__version__}) can use; take --device cpu.'
        )


PLAIN = Variant('plain', 'fp32')


def variants(
    engines: Sequence[EngineName] = (), precisions: Sequence[Precision] = ()
) -> tuple[Variant, ...]:
    """The rows of the table.

    Args:
        engines: Wanted; none means all.
        precisions: Wanted; none means all that each has. An engine that was not wanted by name
            has no row for a precision that it does not run.
    """
    return tuple(
        Variant(engine, precision)
        for engine in ENGINES
        if engine in (engines or ENGINES)
        for precision in PRECISIONS
        if precision in (precisions or _RUNS[engine]) and (engines or precision in _RUNS[engine])
    )
