# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the weights of a training step lie in a checkpoint directory."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from octo_ros.errors import CheckpointError

WEIGHTS = 'checkpoint'  # one MessagePack file, as in every release
OCDBT = 'manifest.ocdbt'  # the database that newer versions of orbax write


def step_of(name: str) -> int | None:
    """The step that a folder's name says; None for `07`, `100.orbax-checkpoint-tmp-…`, `best`."""
    return int(name) if re.fullmatch('0|[1-9][0-9]{0,17}', name) else None


def stored_steps(directory: Path) -> tuple[int, ...]:
    """Steps that have weights, ascending; a folder without them does not count."""
    steps = {step_of(entry.name): entry / 'default' for entry in directory.iterdir()}
    return tuple(
        sorted(
            step
            for step, folder in steps.items()
            if step is not None and any((folder / name).exists() for name in (WEIGHTS, OCDBT))
        )
    )


def latest_step(files: Iterable[str]) -> int | None:
    """The latest step among a repository's files; None if there is none."""
    steps = [
        step_of(parts[0])
        for parts in (file.split('/') for file in files)
        if len(parts) == 3 and parts[1] == 'default' and parts[2] in (WEIGHTS, OCDBT)
    ]
    return max((step for step in steps if step is not None), default=None)


def step_folder(directory: Path, step: int | None) -> Path:
    """The folder that holds the weights of a step, the latest by default.

    Raises:
        CheckpointError: There is no such step.
    """
    steps = stored_steps(directory)
    if not steps or step not in (None, *steps):
        wanted = 'weights' if step is None else f'step {step}'
        there = ', '.join(str(known) for known in steps) or 'none'
        msg = (
            f'{directory} has no {wanted}; it must hold <step>/default/{WEIGHTS} '
            f'(steps there: {there}).'
        )
        raise CheckpointError(msg)
    return directory / str(steps[-1] if step is None else step) / 'default'
