# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The network that is measured: a checkpoint, or random weights of a released size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.benchmark.random_checkpoint import (
    SIZES,
    Size,
    released_config,
    write_random_checkpoint,
)
from octo_ros.benchmark.workload import Workload
from octo_ros.errors import PolicyError
from octo_ros.model.checkpoint import CheckpointDirectory

if TYPE_CHECKING:
    from octo_ros.benchmark.workload import Tick
    from octo_ros.model.config import OctoConfig
    from octo_ros.policy.engines.manifest import Precision
    from octo_ros.policy.engines.quantize import CalibrationTick

_MADE_UP = 8  # ticks for the scales of int8: random ones all look alike


@dataclass(frozen=True)
class Subject:
    """One network.

    Attributes:
        name: What people call it.
        path: Directory of the checkpoint.
        config: The network.
        step: Training step; None takes the latest.
        trained: False: random weights.
        recorded: Ticks from a dataset. Every other one gives the scales of 8-bit products, and
            actions are compared on those between; without any both are made up.
    """

    name: str
    path: Path
    config: OctoConfig
    step: int | None = None
    trained: bool = True
    recorded: Sequence[CalibrationTick] = ()

    @classmethod
    def random(cls, size: Size, folder: Path) -> Subject:
        """Random weights, written into the folder.

        Raises:
            CheckpointError: The disk refuses.
        """
        path = folder / f'octo-{size}-1.5-random'
        write_random_checkpoint(path, size)
        return cls(path.name, path, released_config(size), trained=False)

    @classmethod
    def of(
        cls,
        checkpoint: CheckpointDirectory,
        step: int | None = None,
        recorded: Sequence[CalibrationTick] = (),
    ) -> Subject:
        """A checkpoint; see the attributes."""
        path = checkpoint.path
        return cls(path.resolve().name, path, checkpoint.config, step, recorded=recorded)

    @property
    def size(self) -> str:
        """`small`, `base`, or width x layers."""
        width, transformer = self.config.token_embedding_size, self.config.transformer
        for size in SIZES:
            released = released_config(size)
            if (released.token_embedding_size, released.transformer) == (width, transformer):
                return size
        return f'{width}x{transformer.num_layers}'

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what its action errors mean."""
        pictures = 'recorded pictures' if self.recorded else 'pictures of noise'
        compared = (
            f'{self.name}: actions are compared with the plain network in fp32, on {pictures}'
        )
        if self.trained:
            hint = '' if self.recorded else ' (--calibration takes recorded ones)'
            return (f'{compared}{hint}.',)
        return (
            f'{compared}. Its weights are random, and so is what the scales of int8 were '
            'calibrated on: speed and memory are those of a trained network, action errors are '
            'not; measure these with --checkpoint and --calibration.',
        )

    def compared(self, count: int) -> list[Tick]:
        """Ticks on which actions are compared, at most so many."""
        return Workload(self.config, seed=1).compared(count, self.recorded[1::2] or self.recorded)

    def calibration(self) -> Sequence[CalibrationTick]:
        """Ticks for the scales of 8-bit products.

        Raises:
            PolicyError: The weights are trained and there is nothing recorded.
        """
        from octo_ros.policy.engines.quantize import CalibrationTick

        if self.recorded:
            return self.recorded[::2]
        if self.trained:
            msg = (
                'int8 measures its scales on recorded pictures: give --calibration RLDS_DIR, '
                'a dataset of the robot.'
            )
            raise PolicyError(msg)
        ticks = Workload(self.config).compared(_MADE_UP)
        return [CalibrationTick(tick.task, tick.history, tick.newest) for tick in ticks]


def export(subject: Subject, output: Path, precision: Precision) -> None:
    """Write the graphs; to be called in a process of its own, for it takes memory.

    Raises:
        PolicyError: The network cannot be exported, or there is nothing to calibrate with.
        CheckpointError: Its weights are damaged, or the disk refuses.
    """
    from octo_ros.policy.export import ExportOptions, export_policy

    ticks = subject.calibration() if precision == 'int8' else ()
    options = ExportOptions(precision, subject.step)
    export_policy(CheckpointDirectory.read(subject.path), output, options, ticks)
