# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All engines on all networks in one run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from octo_ros.benchmark.machine import Machine, cores, load_average, processor, versions
from octo_ros.benchmark.network_run import NetworkRun
from octo_ros.benchmark.peak import PeakProbe
from octo_ros.benchmark.remote import Remote
from octo_ros.benchmark.row import Row
from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from octo_ros.benchmark.options import Job, Options, Watch
    from octo_ros.benchmark.variant import Refusal
    from octo_ros.policy.engines.manifest import Precision


@dataclass(frozen=True)
class Result:
    """What `run` found.

    Attributes:
        machine: On what.
        rows: One per engine, precision and network.
        refused: Those that are not there, with the reason.
        notes: Sentences on what the figures mean.
    """

    machine: Machine
    rows: tuple[Row, ...]
    refused: tuple[Refusal, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            'machine': asdict(self.machine),
            'rows': [asdict(row) for row in self.rows],
            'refused': [refusal.to_dict() for refusal in self.refused],
            'notes': list(self.notes),
        }


def run(jobs: Sequence[Job], options: Options, folder: Path, watch: Watch) -> Result:
    """Measure.

    Args:
        jobs: The networks.
        options: How.
        folder: Where exports are kept.
        watch: Is told how far it is.

    Raises:
        PolicyError: Nothing of what was asked for runs here.
        CheckpointError: Weights are damaged, or the disk refuses.
    """
    runs = [NetworkRun(job, options, folder, watch) for job in jobs]
    if not any(network.variants for network in runs):
        _refuse(runs)
    watch.expect(2)
    load_before = load_average()
    peaks = _peaks(options, watch)
    measured = [network.measure() for network in runs]
    if not any(measured):
        _refuse(runs)
    again = _peaks(options, watch)
    machine = Machine(
        processor=processor(options.device),
        cores=cores(),
        threads=options.threads,
        device=options.device,
        peak_gflops={name: max(peak, again[name]) for name, peak in peaks.items()},
        load_average=(load_before, load_average()),
        versions=versions(),
    )
    rows = tuple(
        Row.of(network.job.subject, variant, machine, measurement)
        for network, results in zip(runs, measured, strict=True)
        for variant, measurement in results.items()
    )
    refused = tuple(refusal for network in runs for refusal in network.refusals)
    return Result(machine, rows, refused, tuple(note for r in runs for note in r.notes()))


def _peaks(options: Options, watch: Watch) -> dict[Precision, float]:
    """In a process that is gone afterwards."""
    watch.begin('peak of the machine')
    with Remote('the peak', PeakProbe, options.threads, options.device) as probe:
        peaks: dict[Precision, float] = probe.call('measure')
    return peaks


def _refuse(runs: Sequence[NetworkRun]) -> NoReturn:
    reasons = dict.fromkeys(refusal.reason for network in runs for refusal in network.refusals)
    msg = f'Nothing to measure. {" ".join(reasons)}'
    raise PolicyError(msg)
