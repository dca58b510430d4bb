# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Exports of a checkpoint, made once and found again by what they were made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from octo_ros.benchmark.subject import Subject
from octo_ros.benchmark.workload import Workload
from octo_ros.errors import PolicyError
from octo_ros.model.layout import step_folder
from octo_ros.policy.engines.manifest import FORMAT, FileRecord, Precision, relative_files
from octo_ros.policy.engines.quantize import CalibrationTick
from octo_ros.policy.export import ExportOptions, export_policy

_TICKS = 8  # Random ones all look alike.


class Exports:
    """Those of one checkpoint.

    Args:
        subject: The checkpoint, or a single export, which stands for itself.
        folder: Where they are kept.
        calibration: Recorded ticks for the scales of 8-bit products. Random weights take random
            ones.
    """

    def __init__(
        self, subject: Subject, folder: Path, calibration: Sequence[CalibrationTick] = ()
    ) -> None:
        self._subject, self._folder = subject, folder
        self._calibration = calibration

    def directory(self, precision: Precision) -> Path:
        """The directory of the graphs that serve this precision, made if it is not there.

        Float32 graphs serve bf16 too: in which type they run is the runtime's choice.

        Raises:
            PolicyError: The network cannot be exported, or there is nothing to calibrate with.
            CheckpointError: Its weights are damaged, or the disk refuses.
        """
        if self._subject.exported:
            return self._subject.path
        kind: Precision = 'int8' if precision == 'int8' else 'fp32'
        ticks = self._ticks() if kind == 'int8' else ()
        directory = self._folder / f'{self._subject.name}-{kind}-{self._key(ticks)}'
        if not directory.exists():
            options = ExportOptions(kind, self._subject.step)
            export_policy(self._subject.checkpoint, directory, options, ticks)
        return directory

    def _ticks(self) -> Sequence[CalibrationTick]:
        if self._calibration:
            return self._calibration
        if self._subject.trained:
            msg = (
                'int8 measures its scales on recorded pictures: give --calibration RLDS_DIR, '
                'a dataset of the robot.'
            )
            raise PolicyError(msg)
        workload = Workload(self._subject.config)
        return [workload.tick() for _ in range(_TICKS)]

    def _key(self, ticks: Sequence[CalibrationTick]) -> str:
        """Changes with everything that the graphs are made of."""
        folder = step_folder(self._subject.path, self._subject.step)
        parts = [
            *(FileRecord.of(folder / name).sha256 for name in relative_files(folder)),
            *(version(name) for name in ('torch', 'onnx', 'onnxscript', 'onnxruntime')),
            *(
                frame.digest.hex()
                for tick in ticks
                for frame in (*tick.history, tick.newest)
                if frame
            ),
            str(FORMAT),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]
