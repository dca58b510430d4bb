# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One line of the table: an engine in one precision, measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.benchmark import flops

if TYPE_CHECKING:
    from octo_ros.benchmark.entrant import Entrant, Measurement
    from octo_ros.benchmark.machine import Machine
    from octo_ros.benchmark.subject import Subject
    from octo_ros.benchmark.variant import Variant
    from octo_ros.model.config import OctoConfig


@dataclass(frozen=True)
class Row:
    """Figures; None is what was not measured.

    Attributes:
        network: Name of the checkpoint.
        size: Small, base, or width x layers.
        engine: Who ran it.
        precision: Of the transformer's products with weights.
        threads: CPU threads.
        problem: Why nothing was measured, in words.
        ticks: Calls of the critical path.
        full_p50_ms: A window of which nothing is known but the task.
        full_p95_ms: Its 95th percentile.
        critical_p50_ms: The newest frame's pictures to normalised actions, all else prepared.
        critical_p95_ms: Its 95th percentile.
        precompute_p50_ms: Preparing the older slots after a tick.
        first_frame_p50_ms: The first window of a task, its older slots padding.
        encode_p50_ms: The instruction.
        policy_p50_ms: The whole policy, `OctoPolicy.infer`: window and task to actions in robot
            units, all else prepared.
        policy_p95_ms: Its 95th percentile.
        resize_p50_ms: All cameras' pictures from 640x480 to the network's sizes.
        inferences_per_second: Preparing and critical path in turn, without a pause.
        load_s: Files to engine.
        peak_memory_mb: Of the process.
        gpu_memory_mb: Of torch, on the GPU.
        critical_gflop: Work of the critical path.
        share_of_peak: Shortest time that the critical path could take at the measured peak, by the
            time that it took (median).
        max_action_error: Largest difference to the plain network in fp32, of normalised actions.
        action_error_max: The same per action dimension.
        action_error_rms: Root of the mean square per action dimension.
        notes: Sentences.
    """

    network: str
    size: str
    engine: str
    precision: str
    threads: int
    problem: str | None = None
    ticks: int = 0
    full_p50_ms: float | None = None
    full_p95_ms: float | None = None
    critical_p50_ms: float | None = None
    critical_p95_ms: float | None = None
    precompute_p50_ms: float | None = None
    first_frame_p50_ms: float | None = None
    encode_p50_ms: float | None = None
    policy_p50_ms: float | None = None
    policy_p95_ms: float | None = None
    resize_p50_ms: float | None = None
    inferences_per_second: float | None = None
    load_s: float | None = None
    peak_memory_mb: float | None = None
    gpu_memory_mb: float | None = None
    critical_gflop: float | None = None
    share_of_peak: float | None = None
    max_action_error: float | None = None
    action_error_max: Mapping[str, float] = field(default_factory=dict)
    action_error_rms: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, subject: Subject, entrant: Entrant, machine: Machine) -> Row:
        """Sum up what was measured."""
        variant, measured = entrant.variant, entrant.measurement
        row = cls(
            network=subject.name,
            size=subject.size,
            engine=variant.engine,
            precision=variant.precision,
            threads=machine.threads,
            problem=entrant.problem,
        )
        return row if measured is None else row._with(measured, subject.config, variant, machine)

    def _with(
        self, measured: Measurement, config: OctoConfig, variant: Variant, machine: Machine
    ) -> Row:
        times, footprint, error = measured.durations, measured.footprint, measured.error
        work = flops.critical_path(config) if footprint.split else flops.full_window(config)
        critical = times['critical']
        took_ms = sum(critical) + sum(times['precompute'])
        notes = footprint.notes
        if variant.precision == 'int8':
            notes += (f'Products with weights in 8 bits, attention and stems in {variant.rest}.',)
        return replace(
            self,
            ticks=len(critical),
            full_p50_ms=percentile(times['full'], 50),
            full_p95_ms=percentile(times['full'], 95),
            critical_p50_ms=percentile(critical, 50),
            critical_p95_ms=percentile(critical, 95),
            precompute_p50_ms=percentile(times['precompute'], 50),
            first_frame_p50_ms=percentile(times['first_frame'], 50),
            encode_p50_ms=percentile(times['encode'], 50),
            policy_p50_ms=percentile(times.get('policy', ()), 50),
            policy_p95_ms=percentile(times.get('policy', ()), 95),
            resize_p50_ms=percentile(times.get('resize', ()), 50),
            inferences_per_second=1e3 * len(critical) / took_ms,
            load_s=footprint.load_s,
            peak_memory_mb=footprint.peak_memory_mb,
            gpu_memory_mb=footprint.gpu_memory_mb,
            critical_gflop=work.total,
            share_of_peak=_share(work, variant, machine, percentile(critical, 50)),
            max_action_error=error.largest,
            action_error_max=error.max,
            action_error_rms=error.rms,
            notes=notes,
        )


def percentile(samples: Sequence[float], q: float) -> float | None:
    """The q-th percentile; None without samples."""
    return float(np.percentile(samples, q)) if samples else None


def _share(
    work: flops.Flops, variant: Variant, machine: Machine, took_ms: float | None
) -> float | None:
    """None if a peak is not known, as where no library multiplies in that precision."""
    peaks = machine.peak_gflops
    if took_ms is None or not {variant.precision, variant.rest, 'fp32'} <= peaks.keys():
        return None
    # Where small numbers are emulated, float32 is what the machine can do for them.
    best = {precision: max(peak, peaks['fp32']) for precision, peak in peaks.items()}
    return 1e3 * work.seconds_at(best, variant.precision, variant.rest) / took_ms
