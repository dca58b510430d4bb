# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The process of one engine, which takes turns with those of the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.benchmark.action_error import ActionError
from octo_ros.benchmark.engine_probe import EngineProbe, Footprint, Source, Timings
from octo_ros.benchmark.remote import Remote
from octo_ros.benchmark.timing import Timing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.benchmark.options import Options
    from octo_ros.benchmark.variant import Variant
    from octo_ros.benchmark.workload import Tick


@dataclass(frozen=True)
class Measurement:
    """All that was measured of one engine; the error is None if there is no reference."""

    timings: Timings
    footprint: Footprint
    error: ActionError | None


class Turns:
    """One engine.

    Args:
        variant: Which.
        source: Of what.
        options: Threads, device, ticks.
    """

    def __init__(self, variant: Variant, source: Source, options: Options) -> None:
        self.variant = variant
        self._source, self._options = source, options
        self._remote: Remote[EngineProbe] | None = None
        self._timings: Timings = {}

    def take(self) -> None:
        """One turn; the first one makes the engine.

        Raises:
            PolicyError: It does not run this, or its process died.
        """
        timings: Timings = self._engine().call('time', self._options.ticks_per_round)
        for kind, timing in timings.items():
            self._timings.setdefault(kind, Timing()).extend(timing)

    def finish(self, compared: list[Tick], reference: NDArray[np.float32] | None) -> Measurement:
        """The last turn: memory and accuracy; the process ends.

        Args:
            compared: Ticks whose actions are compared.
            reference: The right ones, if they are known.

        Raises:
            PolicyError: Its process died, or actions are not finite.
        """
        footprint: Footprint = self._engine().call('footprint')
        error = None
        if reference is not None:
            error = ActionError.between(self._engine().call('actions', compared), reference)
        self.close()
        return Measurement(self._timings, footprint, error)

    def close(self) -> None:
        """End the process, if there is one."""
        if self._remote is not None:
            self._remote.close()
            self._remote = None

    def _engine(self) -> Remote[EngineProbe]:
        if self._remote is None:
            options = self._options
            arguments = (self.variant, self._source, options.threads, options.device)
            self._remote = Remote(str(self.variant), EngineProbe, *arguments)
        return self._remote
