# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All engines on all networks in one run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from octo_ros.benchmark.machine import Machine, load_average
from octo_ros.benchmark.network_run import NetworkRun
from octo_ros.benchmark.peak import PeakProbe
from octo_ros.benchmark.remote import Remote
from octo_ros.benchmark.row import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from octo_ros.benchmark.entrant import Options
    from octo_ros.benchmark.subject import Subject
    from octo_ros.benchmark.variant import Variant
    from octo_ros.policy.engines.manifest import Precision


@dataclass(frozen=True)
class Result:
    """What `run` found.

    Attributes:
        machine: On what.
        rows: One per engine, precision and network.
        notes: Sentences on what the figures mean.
    """

    machine: Machine
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def run(
    subjects: Sequence[Subject],
    wanted: Sequence[Variant],
    options: Options,
    folder: Path,
    say: Callable[[str], None],
) -> Result:
    """Measure.

    Args:
        subjects: The networks.
        wanted: The rows of each.
        options: How.
        folder: For exports.
        say: Is told what begins.

    Raises:
        PolicyError: The plain network, with which all are compared, does not run.
    """
    networks = [NetworkRun(subject, wanted, options, say) for subject in subjects]
    before = load_average()
    peaks: dict[Precision, float] = {}
    if any(network.running for network in networks):
        peaks = _measure(networks, options, folder, say)
    machine = Machine.now(options.threads, options.device, peaks, before)
    rows = tuple(
        Row.of(network.subject, entrant, machine)
        for network in networks
        for entrant in network.entrants
    )
    return Result(machine, rows, tuple(note for subject in subjects for note in subject.notes))


def _measure(
    networks: Sequence[NetworkRun], options: Options, folder: Path, say: Callable[[str], None]
) -> dict[Precision, float]:
    """Measure them all; the machine's peaks by precision [GFLOP/s]."""
    peaks: dict[Precision, float] = {}
    with Remote('the peak', PeakProbe, options.threads, options.device) as probe:

        def measure_peak() -> None:
            """In turns with the engines, so that noise hits it like them; the best one counts."""
            say('peak of the machine')
            for precision, rate in probe.call('measure').items():
                peaks[precision] = max(rate, peaks.get(precision, 0.0))

        for network in networks:
            network.measure(folder, measure_peak)
    return peaks
