# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that a reference holds, compared with what an engine computes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.policy.statistics import DatasetStatistics
from octo_ros.verification.case import Case
from octo_ros.verification.comparison import Comparison, Status
from octo_ros.verification.completed_inputs import needs_proprio, with_action_dim, with_proprio
from octo_ros.verification.engine import ENGINES, Engine, EngineOptions
from octo_ros.verification.input_names import canonical_names, renamed
from octo_ros.verification.noise_floor import NoiseFloor
from octo_ros.verification.reference import Arrays, Reference
from octo_ros.verification.torch_engine import TorchEngine
from octo_ros.verification.training import Training
from octo_ros.verification.variants import OutputName, Reading, is_variant, readings

# What an Octo observation or task may hold although no network looks at it.
_NEVER_READ = re.compile(
    r'(\w+/)?(task/pad_mask_dict/(?!language).+|observation/pad_mask_dict/(?!image).+|'
    r'observation/(timestep|task_completed))'
)


@dataclass(frozen=True)
class Verification:
    """All comparisons of one checkpoint, in the reference's order.

    Attributes:
        comparisons: One per array.
        unread: Inputs that nothing of this was computed from; perhaps misnamed.
    """

    comparisons: tuple[Comparison, ...]
    unread: tuple[str, ...] = ()

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
        dataset_name: Dataset of the statistics; empty tries each.

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
        self._read_datasets: Mapping[str, DatasetStatistics] | None = None
        self._options = options
        self.config = directory.config
        self.engine: Engine = ENGINES[engine](directory, options)
        own = self.engine
        self._noise = NoiseFloor(
            lambda: own if isinstance(own, TorchEngine) else TorchEngine.load(directory, options)
        )

    def verify(self, reference: Reference) -> Verification:
        """Compare everything; one comparison that fails stops no other.

        Raises:
            OctoRosError: The network reads proprioception that is given in the robot's units, and
                the statistics that normalise it cannot be read.
        """
        train = {name: a for name, a in reference.train.items() if name.startswith('in/')}
        own_names = canonical_names(reference.inputs, _Variants())
        by_dataset = self._completed(renamed(reference.inputs, own_names), reference.outputs)
        read: dict[str, set[str]] = {}
        comparisons = (
            *self._outputs(by_dataset, train, reference.outputs, read),
            *self._training(by_dataset, reference.train, read),
        )
        unread = [
            name
            for name, canonical in {**own_names, **dict(zip(train, train, strict=True))}.items()
            if not _is_read(canonical, read) and not _NEVER_READ.fullmatch(canonical)
        ]
        return Verification(comparisons, tuple(unread))

    def _completed(self, inputs: Arrays, outputs: Arrays) -> dict[str, Arrays]:
        """The inputs with what follows from others, by what was assumed for that."""
        masked = any('masked_' in name for name in outputs)
        needed = masked and 'sample/embodiment_action_dim' not in inputs
        statistics = self._datasets() if needed and self._statistics.is_file() else {}
        inputs = with_action_dim(inputs, outputs, statistics)
        if not needs_proprio(inputs, self.config):
            return {'': inputs}
        datasets = self._datasets()
        if len(datasets) == 1:
            return {'': with_proprio(inputs, self.config, *datasets.values())}
        return {
            f'proprioception by the statistics of {name}': with_proprio(inputs, self.config, each)
            for name, each in datasets.items()
        }

    def _outputs(
        self,
        by_dataset: Mapping[str, Arrays],
        train: Arrays,
        outputs: Arrays,
        read: dict[str, set[str]],
    ) -> Iterator[Comparison]:
        cases: dict[str, Case] = {}
        last_use = {OutputName.parse(name).variant: name for name in outputs}
        for name, expected in outputs.items():
            parsed = OutputName.parse(name)
            variant = parsed.variant
            if variant not in cases:
                cases[variant] = self._case(by_dataset, train, variant)
            yield cases[variant].compare(name, parsed.local, expected)
            read.setdefault(variant, set()).update(cases[variant].read)
            if last_use[variant] == name:
                del cases[variant]  # and the memory of what flowed inside

    def _case(self, by_dataset: Mapping[str, Arrays], train: Arrays, variant: str) -> Case:
        scenes = tuple(
            Reading(', '.join(filter(None, (reading.label, assumed))), reading.scene)
            for assumed, inputs in by_dataset.items()
            for reading in readings({**inputs, **train}, variant)
        )
        float32 = self._options.dtype == 'float32'
        return Case(
            scenes,
            self.engine,
            self._options.dtype,
            self._noise if float32 else None,
            self._datasets,
        )

    def _datasets(self) -> Mapping[str, DatasetStatistics]:
        if self._read_datasets is None:
            path, name = self._statistics, self._dataset_name
            if name:
                self._read_datasets = {name: DatasetStatistics.read(path, name)}
            else:
                self._read_datasets = DatasetStatistics.read_all(path)
        return self._read_datasets

    def _training(
        self, by_dataset: Mapping[str, Arrays], train: Arrays, read: dict[str, set[str]]
    ) -> Iterator[Comparison]:
        if not isinstance(self.engine, TorchEngine) or self._options.dtype != 'float32':
            for name in train:
                if name.startswith('out/'):
                    yield Comparison.skipped(name, 'training is float32 in torch')
            return
        inputs = next(iter(by_dataset.values()))
        training = Training(self.engine.model, lambda: self._noise.engine.exact().model)
        yield from training.compare(inputs, train)
        read.setdefault('', set()).update(training.read)


class _Variants:
    """The names of variants as a collection."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and is_variant(name)


def _is_read(name: str, read: Mapping[str, set[str]]) -> bool:
    """Whether an input was looked at: a variant's own in that variant, others anywhere."""
    variant, _, local = name.partition('/')
    if is_variant(variant):
        return local in read.get(variant, ())
    return any(name in names for names in read.values())
