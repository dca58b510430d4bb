# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is to be measured, and how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from octo_ros.benchmark.subject import Subject
    from octo_ros.benchmark.variant import Device, EngineName
    from octo_ros.policy.engines.manifest import Precision
    from octo_ros.policy.engines.quantize import CalibrationTick


@dataclass(frozen=True)
class Options:
    """How everything is measured.

    Attributes:
        threads: CPU threads of every engine.
        engines: Wanted; none means all.
        precisions: Wanted of each; none means all that each has.
        device: Where they run.
        ticks: Calls of the critical path per row, at least.
        rounds: Turns in which they come; with one, an engine is gone before the next one comes.
    """

    threads: int
    engines: tuple[EngineName, ...] = ()
    precisions: tuple[Precision, ...] = ()
    device: Device = 'cpu'
    ticks: int = 60
    rounds: int = 5

    @property
    def ticks_per_round(self) -> int:
        """Rounded up."""
        return -(-self.ticks // self.rounds)


@dataclass(frozen=True)
class Job:
    """One network.

    Attributes:
        subject: Which.
        calibration: Recorded ticks for the scales of 8-bit products.
        compared: Recorded ticks for the comparison of actions; none: made-up ones.
    """

    subject: Subject
    calibration: Sequence[CalibrationTick] = ()
    compared: Sequence[CalibrationTick] = ()


class Watch(Protocol):
    """Who is told how far it is."""

    def expect(self, steps: int) -> None:
        """There will be so many more steps."""

    def begin(self, step: str) -> None:
        """The step before is done, and this one begins."""
