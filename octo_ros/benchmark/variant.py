# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which engines run in which precision, and why others do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from octo_ros.policy.engines.manifest import PRECISIONS, Precision

EngineName = Literal['torch', 'openvino', 'onnxruntime']
Device = Literal['cpu', 'cuda']
ENGINES: tuple[EngineName, ...] = ('torch', 'openvino', 'onnxruntime')
DEVICES: tuple[Device, ...] = ('cpu', 'cuda')
_RUNS: dict[EngineName, tuple[Precision, ...]] = {
    'torch': ('fp32', 'bf16'),
    'openvino': ('fp32', 'bf16', 'int8'),
    'onnxruntime': ('fp32', 'int8'),
}


@dataclass(frozen=True)
class Variant:
    """One row of the table."""

    engine: EngineName
    precision: Precision

    def __str__(self) -> str:
        return f'{self.engine} {self.precision}'

    @property
    def rest(self) -> Precision:
        """Precision of attention and stems: only products with weights are done in 8 bits."""
        if self.precision != 'int8':
            return self.precision
        return 'bf16' if self.engine == 'openvino' else 'fp32'


@dataclass(frozen=True)
class Refusal:
    """A row that was asked for and is not there; the reason is a sentence."""

    variant: Variant
    reason: str

    def to_dict(self) -> dict[str, str]:
        """For JSON."""
        variant = self.variant
        return {
            'engine': variant.engine,
            'precision': variant.precision,
            'reason': self.reason,
        }


@dataclass(frozen=True)
class Plan:
    """What is measured, and what of the wishes is not."""

    variants: tuple[Variant, ...]
    refusals: tuple[Refusal, ...]

    @classmethod
    def of(
        cls,
        engines: Sequence[EngineName] = (),
        precisions: Sequence[Precision] = (),
        device: Device = 'cpu',
        exported: Precision | None = None,
    ) -> Plan:
        """Combine the wishes.

        Args:
            engines: Wanted; none means all.
            precisions: Wanted of each of them; none means all that each has.
            device: Where they are to run.
            exported: Precision of the exported network that is measured; None for a checkpoint.
        """
        variants, refusals = [], []
        for engine in ENGINES:
            if engines and engine not in engines:
                continue
            if exported and engine == 'torch' and not engines:
                continue
            own = (exported,) if exported else _RUNS[engine]
            for precision in PRECISIONS:
                if precision not in (precisions or own):
                    continue
                variant = Variant(engine, precision)
                reason = _reason_against(variant, device, exported)
                if reason is None:
                    variants.append(variant)
                else:
                    refusals.append(Refusal(variant, reason))
        return cls(tuple(variants), tuple(refusals))


def _reason_against(variant: Variant, device: Device, exported: Precision | None) -> str | None:
    engine, precision = variant.engine, variant.precision
    if exported and engine == 'torch':
        return 'torch runs checkpoints; this is an exported network: take another engine.'
    if precision not in _RUNS[engine]:
        return f'{engine} does not run {precision}; it runs {" and ".join(_RUNS[engine])}.'
    if exported and precision != exported:
        return f'This network was exported in {exported}; give the checkpoint for {precision}.'
    if find_spec(engine) is None:
        return f'{engine} is not installed; install it with pip, or take another engine.'
    return None if device == 'cpu' else _reason_against_cuda(engine)


def _reason_against_cuda(engine: EngineName) -> str | None:
    """Told before anything is exported, which takes minutes."""
    if engine == 'openvino':
        return 'openvino runs on the CPU here; leave --device out, or take another engine.'
    if engine == 'torch':
        import torch

        if torch.cuda.is_available():
            return None
        return (
            'This machine has no CUDA device that this torch '
            f'({torch.__version__}) can use; take --device cpu.'
        )
    import onnxruntime

    there = onnxruntime.get_available_providers()
    if 'CUDAExecutionProvider' in there:
        return None
    return (
        f'This onnxruntime has no CUDAExecutionProvider (it has {", ".join(there)}); '
        'install onnxruntime-gpu or take --device cpu.'
    )
