# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All engines on one network, in rounds, so that whatever else the machine does hits all alike."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from octo_ros.benchmark.engine_probe import EngineProbe, Source
from octo_ros.benchmark.exports import Exports
from octo_ros.benchmark.plain_network import PlainNetwork
from octo_ros.benchmark.remote import Remote
from octo_ros.benchmark.turns import Measurement, Turns
from octo_ros.benchmark.variant import EngineName, Plan, Refusal, Variant
from octo_ros.benchmark.workload import Workload
from octo_ros.errors import PolicyError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.benchmark.options import Job, Options, Watch
    from octo_ros.benchmark.workload import Tick

_COMPARED = 20  # ticks, at most


class NetworkRun:
    """Measures one network.

    Args:
        job: The network.
        options: How.
        folder: Where exports are kept.
        watch: Is told how far it is.

    Attributes:
        job: The network.
        variants: What will be measured.
        refusals: Rows that were asked for and are not there.
    """

    def __init__(self, job: Job, options: Options, folder: Path, watch: Watch) -> None:
        self.job, self._options, self._watch = job, options, watch
        self._exports = Exports(job.subject, folder, job.calibration)
        exported = job.subject.exported
        plan = Plan.of(options.engines, options.precisions, options.device, exported)
        self.variants = plan.variants
        self.refusals = list(plan.refusals)
        self._reference: str | None = None
        graphs = sum(variant.engine != 'torch' for variant in plan.variants)
        watch.expect(len(plan.variants) * (options.rounds + 1) + graphs + 1)

    def measure(self) -> dict[Variant, Measurement]:
        """Everything that runs.

        Raises:
            CheckpointError: The weights are damaged.
        """
        turns = [
            Turns(variant, source, self._options)
            for variant in self.variants
            if (source := self._source(variant)) is not None
        ]
        if not turns:
            return {}
        workload = Workload(self.job.subject.config, seed=1)
        compared = workload.compared(min(_COMPARED, self._options.ticks), self.job.compared)
        expected = self._expected(compared)
        measured: dict[Variant, Measurement] = {}
        try:
            for number in range(1, self._options.rounds + 1):
                for turn in list(turns):
                    self._begin(f'{turn.variant}, round {number} of {self._options.rounds}')
                    try:
                        turn.take()
                        if number == self._options.rounds:
                            self._begin(f'{turn.variant}, accuracy')
                            measured[turn.variant] = turn.finish(compared, expected)
                    except PolicyError as error:
                        turns.remove(turn)
                        turn.close()
                        self.refusals.append(Refusal(turn.variant, str(error)))
        finally:
            for turn in turns:
                turn.close()
        return measured

    def notes(self) -> tuple[str, ...]:
        """What the action errors mean."""
        subject, recorded = self.job.subject, bool(self.job.compared)
        if self._reference is None:
            return (
                f'{subject.name} holds no float32 weights to compare actions with: give the '
                'checkpoint it was made of.',
            )
        pictures = 'recorded pictures' if recorded else 'pictures of noise'
        sentence = f'{subject.name}: actions are compared with {self._reference}, on {pictures}'
        if not subject.trained:
            return (
                f'{sentence}. Its weights are random: speed and memory are those of a trained '
                'network, action errors are not; measure these with --checkpoint.',
            )
        return (
            f'{sentence}.' if recorded else f'{sentence} (--calibration takes recorded ones).',
        )

    def _source(self, variant: Variant) -> Source | None:
        """Checkpoint or export; None if it could not be exported, which is a refusal then."""
        subject = self.job.subject
        if variant.engine == 'torch':
            return Source(subject.path, subject.step)
        self._begin(f'graphs for {variant}')
        try:
            return Source(self._exports.directory(variant.precision))
        except PolicyError as error:
            self.refusals.append(Refusal(variant, str(error)))
            return None

    def _expected(self, compared: list[Tick]) -> NDArray[np.float32] | None:
        """Actions of the reference."""
        subject, threads = self.job.subject, self._options.threads
        source = Source(subject.path, subject.step)
        self._begin('reference')
        if subject.exported is None:
            self._reference = 'the plain network in torch fp32'
            with Remote('the reference', PlainNetwork, source, threads) as plain:
                return plain.call('actions', compared)
        if subject.exported == 'int8':
            return None
        engine: EngineName = 'openvino' if find_spec('openvino') else 'onnxruntime'
        exact = Variant(engine, 'fp32')
        self._reference = f'{exact} on the same graphs'
        with Remote('the reference', EngineProbe, exact, source, threads, 'cpu') as probe:
            return probe.call('actions', compared)

    def _begin(self, step: str) -> None:
        self._watch.begin(f'{self.job.subject.size}: {step}')
