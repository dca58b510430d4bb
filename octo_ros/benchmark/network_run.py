# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All engines on one network, in rounds, so that whatever else the machine does hits all alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from octo_ros.benchmark.engine_probe import Source
from octo_ros.benchmark.entrant import Entrant
from octo_ros.benchmark.remote import Remote
from octo_ros.benchmark.subject import export
from octo_ros.benchmark.variant import PLAIN
from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.benchmark.entrant import Options
    from octo_ros.benchmark.subject import Subject
    from octo_ros.benchmark.variant import Variant
    from octo_ros.benchmark.workload import Tick
    from octo_ros.policy.engines.manifest import Precision

_COMPARED = 10  # ticks, at most


class NetworkRun:
    """Measures one network.

    Args:
        subject: The network.
        wanted: The rows.
        options: How.
        say: Is told what begins.

    Attributes:
        subject: The network.
        entrants: One per row, with what was measured.
    """

    def __init__(
        self,
        subject: Subject,
        wanted: Sequence[Variant],
        options: Options,
        say: Callable[[str], None],
    ) -> None:
        self.subject, self._options, self._say = subject, options, say
        self.entrants = [Entrant(variant, options) for variant in wanted]

    @property
    def running(self) -> list[Entrant]:
        """Those that have not failed so far."""
        return [entrant for entrant in self.entrants if entrant.problem is None]

    def measure(self, folder: Path, each_round: Callable[[], None]) -> None:
        """Everything that runs.

        Args:
            folder: For exports.
            each_round: Is called in every round, like an engine.

        Raises:
            PolicyError: The plain network, with which all are compared, does not run.
        """
        self._export(folder)
        if not self.running:
            return
        rounds = self._options.rounds
        try:
            compared = self.subject.compared(min(_COMPARED, self._options.ticks))
            expected = self._expected(compared)
            for number in range(1, rounds + 1):
                each_round()
                for entrant in self.running:
                    self._begin(f'{entrant.variant}, round {number} of {rounds}')
                    entrant.take_turn()
                    if number == rounds and entrant.problem is None:
                        entrant.finish(compared, expected)
        finally:
            for entrant in self.entrants:
                entrant.close()

    def _export(self, folder: Path) -> None:
        """The graphs; float32 ones serve bf16 too: the runtime chooses in which type they run."""
        source = Source(self.subject.path, self.subject.step)
        graphs: dict[Precision, list[Entrant]] = {'fp32': [], 'int8': []}
        for entrant in self.running:
            entrant.source = source
            if entrant.variant.runs_graphs:
                kind: Precision = 'int8' if entrant.variant.precision == 'int8' else 'fp32'
                graphs[kind].append(entrant)
        for kind, entrants in graphs.items():
            if not entrants:
                continue
            self._begin(f'{kind} graphs')
            output = folder / f'{self.subject.name}-{kind}'
            problem = None
            try:
                Remote('the export', export, self.subject, output, kind).close()
            except PolicyError as error:
                problem = str(error)
            for entrant in entrants:
                entrant.source, entrant.problem = Source(output), problem

    def _expected(self, compared: list[Tick]) -> NDArray[np.float32]:
        """Actions of the reference: the plain network on the CPU."""
        self._begin('reference')
        reference = Entrant(PLAIN, replace(self._options, device='cpu'))
        reference.source = Source(self.subject.path, self.subject.step)
        try:
            return reference.actions(compared)
        finally:
            reference.close()

    def _begin(self, step: str) -> None:
        self._say(f'{self.subject.size}: {step}')
