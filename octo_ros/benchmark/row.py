# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One line of the table: an engine in one precision, measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.benchmark import flops
from octo_ros.benchmark.timing import percentile

if TYPE_CHECKING:
    from octo_ros.benchmark.machine import Machine
    from octo_ros.benchmark.subject import Subject
    from octo_ros.benchmark.turns import Measurement
    from octo_ros.benchmark.variant import Variant


@dataclass(frozen=True)
class Row:
    """Figures; None is what was not measured.

    Attributes:
        network: Name of the checkpoint.
        size: Small, base, or width x layers.
        engine: Who ran it.
        precision: Of the transformer's products with weights.
        threads: CPU threads.
        full_p50_ms: A window of which nothing is known but the task.
        full_p95_ms: Its 95th percentile.
        critical_p50_ms: The newest frame, all else prepared.
        critical_p95_ms: Its 95th percentile.
        critical_cpu_ms: What all threads together computed for it, median.
        precompute_p50_ms: Preparing the older slots after a tick.
        first_frame_p50_ms: The first window of a task, its older slots padding.
        encode_p50_ms: The instruction.
        policy_p50_ms: Camera pictures to action chunk, all else prepared: resizing, window,
            critical path, units.
        policy_p95_ms: Its 95th percentile.
        resize_p50_ms: Part of that: pictures of 640x480 to the network's sizes.
        inferences_per_second: Preparing and critical path in turn, without a pause.
        load_s: Files to engine.
        warm_up_s: The first windows.
        peak_memory_mb: Of the process.
        resident_memory_mb: In the end.
        gpu_memory_mb: Of torch, on the GPU.
        full_gflop: Work of a window in the plain network.
        critical_gflop: Work of the critical path.
        precompute_gflop: Work of preparing.
        share_of_peak: Shortest time that the critical path could take at the measured peak, by the
            time that it took (median).
        max_action_error: Largest difference to the reference, of normalised actions.
        action_error_max: The same per action dimension.
        action_error_rms: Root of the mean square per action dimension.
        notes: Sentences.
    """

    network: str
    size: str
    engine: str
    precision: str
    threads: int
    full_p50_ms: float | None
    full_p95_ms: float | None
    critical_p50_ms: float | None
    critical_p95_ms: float | None
    critical_cpu_ms: float | None
    precompute_p50_ms: float | None
    first_frame_p50_ms: float | None
    encode_p50_ms: float | None
    policy_p50_ms: float | None
    policy_p95_ms: float | None
    resize_p50_ms: float | None
    inferences_per_second: float | None
    load_s: float
    warm_up_s: float
    peak_memory_mb: float
    resident_memory_mb: float
    gpu_memory_mb: float | None
    full_gflop: float
    critical_gflop: float
    precompute_gflop: float
    share_of_peak: float | None
    max_action_error: float | None
    action_error_max: Mapping[str, float]
    action_error_rms: Mapping[str, float]
    notes: tuple[str, ...]

    @classmethod
    def of(
        cls,
        subject: Subject,
        variant: Variant,
        machine: Machine,
        measurement: Measurement,
    ) -> Row:
        """Sum up what was measured."""
        config, timings, error = subject.config, measurement.timings, measurement.error
        footprint = measurement.footprint
        full = flops.full_window(config)
        critical = flops.critical_path(config) if footprint.split else full
        prepared = flops.precompute(config) if footprint.split else flops.Flops()
        times = {kind: (timing.p50(), timing.p95()) for kind, timing in timings.items()}
        critical_ms, precompute_ms = times['critical'][0], times['precompute'][0]
        both = (critical_ms or 0.0) + (precompute_ms or 0.0)
        notes = footprint.notes
        if not footprint.split:
            notes = (*notes, 'This network cannot be split: every call runs the whole window.')
        return cls(
            network=subject.name,
            size=subject.size,
            engine=variant.engine,
            precision=variant.precision,
            threads=machine.threads,
            full_p50_ms=times['full'][0],
            full_p95_ms=times['full'][1],
            critical_p50_ms=critical_ms,
            critical_p95_ms=times['critical'][1],
            critical_cpu_ms=percentile(timings['critical'].cpu, 50),
            precompute_p50_ms=precompute_ms,
            first_frame_p50_ms=times['first_frame'][0],
            encode_p50_ms=times['encode'][0],
            policy_p50_ms=times['policy'][0],
            policy_p95_ms=times['policy'][1],
            resize_p50_ms=times['resize'][0],
            inferences_per_second=1e3 / both if both else None,
            load_s=footprint.load_s,
            warm_up_s=footprint.warm_up_s,
            peak_memory_mb=footprint.peak_memory_mb,
            resident_memory_mb=footprint.resident_memory_mb,
            gpu_memory_mb=footprint.gpu_memory_mb,
            full_gflop=full.total,
            critical_gflop=critical.total,
            precompute_gflop=prepared.total,
            share_of_peak=_share(critical, variant, machine, critical_ms),
            max_action_error=None if error is None else error.largest,
            action_error_max={} if error is None else error.max,
            action_error_rms={} if error is None else error.rms,
            notes=notes,
        )


def _share(
    work: flops.Flops, variant: Variant, machine: Machine, took_ms: float | None
) -> float | None:
    """None if a peak is not known, as where no library multiplies in that precision."""
    peaks = machine.peak_gflops
    if not took_ms or not {variant.precision, variant.rest, 'fp32'} <= peaks.keys():
        return None
    return 1e3 * work.seconds_at(peaks, variant.precision, variant.rest) / took_ms
