# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The process of one engine, which takes turns with those of the others."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.benchmark.action_error import ActionError
from octo_ros.benchmark.engine_probe import EngineProbe, Footprint, Source
from octo_ros.benchmark.remote import Remote
from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.benchmark.stopwatch import Durations
    from octo_ros.benchmark.variant import Device, Variant
    from octo_ros.benchmark.workload import Tick


@dataclass(frozen=True)
class Options:
    """How everything is measured.

    Attributes:
        threads: CPU threads of every engine.
        device: Where they run.
        ticks: Calls of the critical path per row, at least.
        rounds: Turns in which they come; with one, an engine is gone before the next one comes.
    """

    threads: int
    device: Device = 'cpu'
    ticks: int = 60
    rounds: int = 5

    @property
    def ticks_per_round(self) -> int:
        """Rounded up."""
        return -(-self.ticks // self.rounds)


@dataclass(frozen=True)
class Measurement:
    """All that was measured of one engine.

    Attributes:
        durations: See `EngineProbe.time`.
        footprint: What else it costs.
        error: Of its actions.
    """

    durations: Durations
    footprint: Footprint
    error: ActionError


class Entrant:
    """One engine; once it has failed, it does nothing more.

    Args:
        variant: Which.
        options: Threads, device, ticks.

    Attributes:
        variant: Which.
        source: Of what; None until that is there.
        problem: Why it is out, in a sentence.
        measurement: None until it has finished.
    """

    def __init__(self, variant: Variant, options: Options) -> None:
        self.variant, self._options = variant, options
        self.source: Source | None = None
        self.problem = variant.obstacle(options.device)
        self.measurement: Measurement | None = None
        self._remote: Remote[EngineProbe] | None = None
        self._durations: Durations = defaultdict(list)

    def take_turn(self) -> None:
        """Time; the first turn makes the engine."""
        with self._attempt():
            turn: Durations = self._engine().call('time', self._options.ticks_per_round)
            for kind, durations in turn.items():
                self._durations[kind] += durations

    def finish(self, compared: list[Tick], expected: NDArray[np.float32]) -> None:
        """The last turn: memory and accuracy; the process ends.

        Args:
            compared: Ticks whose actions are compared.
            expected: The right ones.
        """
        with self._attempt():
            footprint: Footprint = self._engine().call('footprint')
            error = ActionError.between(self.actions(compared), expected)
            self.measurement = Measurement(dict(self._durations), footprint, error)
        self.close()

    def actions(self, ticks: list[Tick]) -> NDArray[np.float32]:
        """See `EngineProbe.actions`.

        Raises:
            PolicyError: It does not run this, or its process died.
        """
        actions: NDArray[np.float32] = self._engine().call('actions', ticks)
        return actions

    def close(self) -> None:
        """End the process, if there is one."""
        if self._remote is not None:
            self._remote.close()
            self._remote = None

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        """Whatever is refused within puts it out."""
        try:
            yield
        except PolicyError as error:
            self.problem = str(error)
            self.close()

    def _engine(self) -> Remote[EngineProbe]:
        if self._remote is None:
            options = self._options
            arguments = (self.variant, self.source, options.threads, options.device)
            self._remote = Remote(str(self.variant), EngineProbe, *arguments)
        return self._remote
