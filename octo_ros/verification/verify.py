# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that a reference holds, compared with what an engine computes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from octo_ros.errors import OctoRosError
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.verification.comparison import Comparison, Status, compare
from octo_ros.verification.engine import ENGINES, Engine, EngineOptions, SceneOutputs
from octo_ros.verification.reference import Arrays, Reference
from octo_ros.verification.scene import Scene
from octo_ros.verification.tolerance import absolute_tolerance
from octo_ros.verification.torch_engine import TorchEngine
from octo_ros.verification.training import compare_training
from octo_ros.verification.units import UnitOutputs
from octo_ros.verification.variants import OutputName, variant_scene


@dataclass(frozen=True)
class Verification:
    """All comparisons of one checkpoint, in the reference's order."""

    comparisons: tuple[Comparison, ...]

    def count(self, status: Status) -> int:
        """How many went so."""
        return sum(comparison.status is status for comparison in self.comparisons)

    @property
    def passed(self) -> bool:
        """Whether something was compared and nothing failed."""
        return self.count(Status.OK) > 0 and self.count(Status.FAILED) == 0


class Verifier:
    """Compares one checkpoint's network with reference arrays.

    Args:
        checkpoint: An official checkpoint directory, or its name on the Hugging Face hub.
        engine: Key of `ENGINES`.
        options: How the network is run.
        dataset_name: Dataset of the statistics; may be empty if there is only one.

    Attributes:
        config: The network.
        engine: It, loaded.

    Raises:
        CheckpointError: The checkpoint is missing or damaged.
        VerificationError: There is no such device.
    """

    def __init__(
        self,
        checkpoint: str | Path,
        engine: str = 'torch',
        options: EngineOptions = EngineOptions(),  # noqa: B008  (frozen)
        dataset_name: str = '',
    ) -> None:
        directory = CheckpointDirectory.find(checkpoint, options.step)
        self._statistics = directory.path / 'dataset_statistics.json'
        self._dataset_name = dataset_name
        self._options = options
        self.config = directory.config
        self.engine: Engine = ENGINES[engine](directory, options)

    def verify(self, reference: Reference) -> Verification:
        """Compare everything; one comparison that fails stops no other."""
        return Verification(
            (*self._outputs(reference), *self._training(reference.inputs, reference.train))
        )

    def _outputs(self, reference: Reference) -> Iterator[Comparison]:
        opened: dict[str, SceneOutputs] = {}
        last_use = {OutputName.parse(name).variant: name for name in reference.outputs}
        for name, expected in reference.outputs.items():
            parsed = OutputName.parse(name)
            if parsed.variant not in opened:
                opened[parsed.variant] = self._open(
                    variant_scene(reference.inputs, parsed.variant)
                )
            outputs = opened[parsed.variant]
            try:
                ours = outputs.array(parsed.local)
            except OctoRosError as error:
                yield Comparison.failed(name, str(error))
                continue
            if ours is None:
                yield Comparison.skipped(name, 'not an array that this engine makes')
                continue
            limit = absolute_tolerance(parsed.local, expected, self._options.dtype)
            yield compare(name, ours, expected, limit)
            if last_use[parsed.variant] == name:
                del opened[parsed.variant]  # and the memory of what flowed inside

    def _open(self, scene: Scene) -> SceneOutputs:
        return UnitOutputs(self.engine.open(scene), scene, self._statistics, self._dataset_name)

    def _training(self, inputs: Arrays, train: Arrays) -> Iterator[Comparison]:
        if not isinstance(self.engine, TorchEngine) or self._options.dtype != 'float32':
            for name in train:
                if name.startswith('out/'):
                    yield Comparison.skipped(name, 'training is float32 in torch')
            return
        yield from compare_training(self.engine.model, inputs, train)
