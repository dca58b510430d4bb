# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes checkpoints in the official layout, which the original's loader reads as well."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.durable import sync
from octo_ros.errors import CheckpointError
from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.model.flax_writer import write_arrays
from octo_ros.model.parameters import checkpoint_leaves
from octo_ros.model.run_files import RunFiles

if TYPE_CHECKING:
    from octo_ros.model.octo import Octo

_BUFFER = 1 << 20


def save_octo(
    model: Octo, path: str | Path, step: int, files: RunFiles, *, overwrite: bool = False
) -> Path:
    """Save a network so that `load_octo` and the original's `OctoModel.load_pretrained` read it.

    The weights go to `<step>/default/checkpoint` as float32, whatever the network computes in, and
    the small files beside it unless they are there. All is written under another name and renamed:
    after a crash a step is whole or absent, and an overwritten one is the old or the new.

    Args:
        model: The network; its parameters may be on any device. Beside them no more than one
            parameter is in memory.
        path: The checkpoint directory; made if it does not exist.
        step: Training step.
        files: What describes the run; of a network that was loaded, `RunFiles.of(checkpoint)`.
        overwrite: Replace the step if it exists.

    Returns:
        The file with the weights.

    Raises:
        CheckpointError: The step exists, the directory belongs to another run, the small files do
            not fit the network, or the disk refuses.
    """
    directory = Path(path)
    folder = directory / str(step)
    weights = folder / 'default' / 'checkpoint'
    _check_step(step, folder, overwrite=overwrite)
    try:
        files.write(directory, model.config)
        if folder.exists():
            weights.parent.mkdir(exist_ok=True)
            _replace_file(model, weights)
        else:
            _make_step(model, folder)
    except OSError as error:
        msg = f'Cannot write {error.filename or directory}: {error.strerror}.'
        raise CheckpointError(msg) from None
    return weights


def resave_octo(source: str | Path, path: str | Path, step: int | None = None) -> Path:
    """Save a step of a checkpoint again, in the official layout and under the same number.

    Args:
        source: A checkpoint directory, in a layout that `load_octo` reads, or a name on the hub.
        path: The new checkpoint directory.
        step: Training step; None takes the latest.

    Returns:
        The file with the weights.

    Raises:
        CheckpointError: As `load_octo` and `save_octo` do.
    """
    checkpoint = CheckpointDirectory.find(source, step)
    model = load_weights(checkpoint, step)
    number = checkpoint.steps[-1] if step is None else step
    return save_octo(model, path, number, RunFiles.of(checkpoint))


def _check_step(step: int, folder: Path, *, overwrite: bool) -> None:
    if step < 0:
        msg = f'A training step is 0 or more, not {step}.'
        raise CheckpointError(msg)
    if not folder.exists():
        return
    if not overwrite:
        msg = f'{folder} exists; save another step, or overwrite this one with overwrite=True.'
        raise CheckpointError(msg)
    if (folder / 'default' / 'manifest.ocdbt').exists():
        msg = f"{folder} is in orbax's OCDBT layout, which cannot be overwritten; remove it first."
        raise CheckpointError(msg)


def _make_step(model: Octo, folder: Path) -> None:
    # Orbax gives unfinished steps such names, so its tools and ours pass over one that is left.
    staging = folder.with_name(f'{folder.name}.orbax-checkpoint-tmp-{time.time_ns()}')
    try:
        (staging / 'default').mkdir(parents=True)
        _write(model, staging / 'default' / 'checkpoint')
        staging.rename(folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    sync(folder.parent)


def _replace_file(model: Octo, weights: Path) -> None:
    partial = weights.with_name(f'checkpoint.{time.time_ns()}.partial')
    try:
        _write(model, partial)
        partial.replace(weights)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync(weights.parent)


def _write(model: Octo, file: Path) -> None:
    leaves = checkpoint_leaves(model)
    parameters = dict(model.named_parameters())
    with file.open('wb', buffering=_BUFFER) as stream:
        write_arrays(
            stream, leaves, lambda name: leaves[name].to_flax(parameters[leaves[name].parameter])
        )
        stream.flush()
        os.fsync(stream.fileno())
