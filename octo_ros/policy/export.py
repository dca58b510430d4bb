# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A checkpoint as ONNX graphs with a manifest, for engines that need no PyTorch network."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.errors import CheckpointError, PolicyError
from octo_ros.model.checkpoint import load_weights
from octo_ros.model.layout import step_folder
from octo_ros.policy.engines.export_graphs import export_graphs, merge_layers, split_for_export
from octo_ros.policy.engines.exported import CHECKPOINT
from octo_ros.policy.engines.manifest import FileRecord, Manifest, Precision, relative_files
from octo_ros.policy.engines.quantize import CalibrationTick, quantize_layers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.model.checkpoint import CheckpointDirectory

# What of a checkpoint a policy needs beside the weights.
_SMALL_FILES = (
    'config.json',
    'example_batch.msgpack',
    'dataset_statistics.json',
    't5_config.json',
    'tokenizer/tokenizer.json',
)
_VERSIONS = ('torch', 'onnx', 'onnxscript', 'onnxruntime')


@dataclass(frozen=True)
class ExportOptions:
    """What to make.

    Attributes:
        precision: `fp32`; `bf16`, the same graphs, marked; or `int8`, whose transformer layers
            multiply in 8 bits.
        step: Training step; None takes the latest.
        embodiment: Name of the robot that it is for, noted in the manifest.
    """

    precision: Precision = 'fp32'
    step: int | None = None
    embodiment: str | None = None


def export_policy(
    checkpoint: CheckpointDirectory,
    output: Path,
    options: ExportOptions | None = None,
    calibration: Sequence[CalibrationTick] = (),
) -> Manifest:
    """Write an exported network; the directory appears when all of it is there.

    Args:
        checkpoint: Where the weights are.
        output: Directory to make.
        options: What to make.
        calibration: For int8: what the network sees on the robot, some hundred ticks.

    Raises:
        CheckpointError: The checkpoint is missing or damaged, or the output exists.
        PolicyError: The network cannot be exported, or there is nothing to calibrate with.
    """
    options = options or ExportOptions()
    if output.exists():
        msg = f'{output} exists already; give --output a directory that does not.'
        raise CheckpointError(msg)
    if (options.precision == 'int8') != bool(calibration):
        msg = 'Precision int8, and no other, needs a calibration set: give --calibration RLDS_DIR.'
        raise PolicyError(msg)
    network = split_for_export(load_weights(checkpoint, options.step))
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f'.{output.name}.') as temporary:
        directory = Path(temporary) / 'export'
        directory.mkdir()
        export_graphs(network, directory)
        if options.precision == 'int8':
            quantize_layers(network, directory, calibration)
        merge_layers(network, directory)
        _copy_small_files(checkpoint.path, directory / CHECKPOINT)
        manifest = Manifest(
            precision=options.precision,
            source=_source(checkpoint, options.step),
            versions={name: version(name) for name in _VERSIONS},
            embodiment=options.embodiment,
            files={name: FileRecord.of(directory / name) for name in relative_files(directory)},
        )
        manifest.write(directory)
        directory.rename(output)
    return manifest


def _copy_small_files(source: Path, target: Path) -> None:
    for name in _SMALL_FILES:
        if (source / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)


def _source(checkpoint: CheckpointDirectory, step: int | None) -> dict[str, str]:
    folder = step_folder(checkpoint.path, step)
    weights = [folder / name for name in relative_files(folder)]
    return {
        'name': checkpoint.path.resolve().name,
        'step': folder.parent.name,
        **{f'sha256 of {path.name}': FileRecord.of(path).sha256 for path in weights},
    }
