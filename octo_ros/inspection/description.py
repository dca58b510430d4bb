# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Everything that can be said about a checkpoint without its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from octo_ros.errors import CheckpointError, DatasetError
from octo_ros.inspection.parameters import Parameters
from octo_ros.inspection.version import Version
from octo_ros.model.checkpoint import CheckpointDirectory, read_json
from octo_ros.model.config import OctoConfig
from octo_ros.model.flax_msgpack import ArrayFile
from octo_ros.policy.statistics import DatasetStatistics


@dataclass(frozen=True)
class TokenSpan:
    """One group of tokens.

    Attributes:
        name: Its name, `obs_primary`.
        tokens: Its tokens.
        per_timestep: Whether every timestep has them; else they come once, in front.
    """

    name: str
    tokens: int
    per_timestep: bool


@dataclass(frozen=True)
class DatasetSummary:
    """One dataset of the statistics; the name is empty if the file has only one without name."""

    name: str
    transitions: int
    trajectories: int
    action_dim: int
    normalized_dims: int
    proprio_dim: int | None


@dataclass(frozen=True)
class CheckpointDescription:
    """A checkpoint without its weights.

    Attributes:
        path: Its directory.
        version: Which Octo made it.
        steps: Training steps that have weights.
        step: The one described.
        config: The network.
        parameters: Sizes.
        sequence: Token groups in their order, if every input is given.
        normalization: How actions were scaled in training.
        text_processor: What turns words into ids; None if the checkpoint names nothing.
        datasets: Of the statistics.
        notes: What is missing or does not fit.
    """

    path: Path
    version: Version
    steps: tuple[int, ...]
    step: int
    config: OctoConfig
    parameters: Parameters
    sequence: tuple[TokenSpan, ...]
    normalization: str
    text_processor: str | None
    datasets: tuple[DatasetSummary, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, name: str | Path, step: int | None = None) -> CheckpointDescription:
        """Read a checkpoint's small files and the headers of its weights.

        Args:
            name: Directory, or name on the Hugging Face hub.
            step: Training step; None takes the latest.

        Raises:
            CheckpointError: A file is missing or damaged.
        """
        checkpoint = CheckpointDirectory.find(name, step)
        parameters = Parameters.of(checkpoint, step)
        datasets, notes = _datasets(checkpoint.path / 'dataset_statistics.json')
        example = ArrayFile(checkpoint.path / 'example_batch.msgpack').arrays
        model = read_json(checkpoint.path / 'config.json')['model']
        return cls(
            path=checkpoint.path,
            version=Version.of(model, example),
            steps=checkpoint.steps,
            step=checkpoint.steps[-1] if step is None else step,
            config=checkpoint.config,
            parameters=parameters,
            sequence=_sequence(checkpoint.config),
            normalization=_normalization(checkpoint.training),
            text_processor=_text_processor(checkpoint),
            datasets=datasets,
            notes=(*notes, *parameters.problems),
        )

    def sequence_length(self, window: int) -> int:
        """Tokens in all for a window of so many timesteps."""
        return sum(span.tokens * (window if span.per_timestep else 1) for span in self.sequence)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: everything, sizes summed up."""
        window = self.config.window_size
        return {
            **asdict(self),
            'path': str(self.path),
            'parameters': {
                **asdict(self.parameters),
                'total': asdict(self.parameters.total),
                'without_language_encoder': asdict(self.parameters.trained),
            },
            'head': type(self.config.head).__name__.removesuffix('HeadConfig').lower(),
            'sequence_length': {str(w): self.sequence_length(w) for w in sorted({1, window})},
        }


def _sequence(config: OctoConfig) -> tuple[TokenSpan, ...]:
    task = [] if config.language is None else [config.language]
    repeated = task if config.repeat_task_tokens else []
    return (
        *(TokenSpan(f'task_{t.name}', t.num_tokens, per_timestep=False) for t in task),
        *(
            TokenSpan(f'obs_{tokenizer.name}', tokenizer.num_tokens, per_timestep=True)
            for tokenizer in config.observation_tokenizers
        ),
        *(TokenSpan(f'obs_task_{t.name}', t.num_tokens, per_timestep=True) for t in repeated),
        *(TokenSpan(f'readout_{name}', n, per_timestep=True) for name, n in config.readouts),
    )


def _normalization(training: Mapping[str, Any]) -> str:
    given = (training.get('dataset_kwargs') or {}).get('action_proprio_normalization_type')
    return str(given) if given else "normal (config.json does not say; the original's default)"


def _text_processor(checkpoint: CheckpointDirectory) -> str | None:
    if (checkpoint.path / 'tokenizer' / 'tokenizer.json').exists():
        return 'tokenizer/tokenizer.json'
    processor = checkpoint.training.get('text_processor')
    if not isinstance(processor, dict):
        return None
    kwargs = processor.get('kwargs') or {}
    return str(kwargs.get('tokenizer_name') or processor.get('name'))


def _datasets(path: Path) -> tuple[tuple[DatasetSummary, ...], tuple[str, ...]]:
    """The statistics' datasets, or a note on why there are none."""
    try:
        values = read_json(path)
        names = [''] if 'action' in values else list(values)
        return tuple(_summary(name, path) for name in names), ()
    except (CheckpointError, DatasetError) as error:
        return (), (str(error),)


def _summary(name: str, path: Path) -> DatasetSummary:
    statistics = DatasetStatistics.read(path, name)
    return DatasetSummary(
        name=name,
        transitions=statistics.num_transitions,
        trajectories=statistics.num_trajectories,
        action_dim=statistics.action.dim,
        normalized_dims=int(statistics.action.mask.sum()),
        proprio_dim=None if statistics.proprio is None else statistics.proprio.dim,
    )
