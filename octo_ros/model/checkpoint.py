# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The official checkpoint directory.

It holds `config.json`, `example_batch.msgpack` and `<step>/default/checkpoint` with the weights.
Metadata files of orbax (`_METADATA`) add nothing and are not read; `dataset_statistics.json`
belongs to the policy.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from octo_ros.errors import CheckpointError
from octo_ros.model.config import OctoConfig
from octo_ros.model.config_file import parse_octo_config
from octo_ros.model.flax_msgpack import iterate_arrays
from octo_ros.model.octo import Octo
from octo_ros.model.parameters import fill_parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

_V10_NAMES = {
    'tasks/': 'task/',
    'observation/pad_mask': 'observation/timestep_pad_mask',
}


@dataclass(frozen=True)
class CheckpointDirectory:
    """A checkpoint whose small files have been read; the weights have not.

    Attributes:
        path: The directory.
        config: The network.
        training: The rest of `config.json`, as the training run left it.
    """

    path: Path
    config: OctoConfig
    training: Mapping[str, Any]

    @classmethod
    def read(cls, path: str | Path) -> CheckpointDirectory:
        """Read `config.json`, the example batch's shapes and, if there is one, `t5_config.json`.

        Raises:
            CheckpointError: A file is missing or damaged, or describes a network that is not
                supported.
        """
        directory = Path(path)
        if not directory.is_dir():
            msg = f'There is no checkpoint directory {directory}.'
            raise CheckpointError(msg)
        config_path, t5_path = directory / 'config.json', directory / 't5_config.json'
        training = read_json(config_path)
        if not isinstance(training.get('model'), dict):
            msg = (
                f'{config_path} has no "model"; it must be the config.json of an Octo checkpoint.'
            )
            raise CheckpointError(msg)
        example = {
            _current_name(name): array.shape
            for name, array in iterate_arrays(directory / 'example_batch.msgpack')
        }
        t5 = read_json(t5_path) if t5_path.exists() else None
        config = parse_octo_config(training.pop('model'), example, t5, str(config_path))
        return cls(directory, config, training)

    @property
    def steps(self) -> tuple[int, ...]:
        """Training steps that have weights here, ascending."""
        names = (entry.name for entry in self.path.iterdir() if entry.is_dir())
        return tuple(sorted(int(name) for name in names if name.isdecimal()))

    def weights_file(self, step: int | None = None) -> Path:
        """The file that holds the parameters of a step, the latest by default.

        Raises:
            CheckpointError: There is no such step, or it is stored in orbax's newer layout.
        """
        steps = self.steps
        if not steps or step not in (None, *steps):
            wanted = 'weights' if step is None else f'step {step}'
            there = ', '.join(str(known) for known in steps) or 'none'
            msg = (
                f'{self.path} has no {wanted}; it must hold <step>/default/checkpoint '
                f'(steps there: {there}).'
            )
            raise CheckpointError(msg)
        folder = self.path / str(steps[-1] if step is None else step) / 'default'
        if (folder / 'manifest.ocdbt').exists() and not (folder / 'checkpoint').exists():
            msg = (
                f"{folder} is in orbax's OCDBT layout, which is not supported; save it again with "
                'orbax-checkpoint 0.4.4, which writes the single file of the official checkpoints.'
            )
            raise CheckpointError(msg)
        return folder / 'checkpoint'


def load_octo(path: str | Path, step: int | None = None) -> Octo:
    """Build the network of a checkpoint and fill it, float32 on the CPU, in evaluation mode.

    Args:
        path: An official checkpoint directory, of Octo v1.0 or v1.5.
        step: Training step; None takes the latest.

    Raises:
        CheckpointError: A file is missing or damaged, or a tensor is left over, missing or of
            another shape.
    """
    return load_weights(CheckpointDirectory.read(path), step)


def load_weights(checkpoint: CheckpointDirectory, step: int | None = None) -> Octo:
    """Like `load_octo`, for a directory that is already read."""
    file = checkpoint.weights_file(step)
    with torch.device('meta'):  # no memory and no random numbers for values that are replaced
        model = Octo(checkpoint.config)
    fill_parameters(model, iterate_arrays(file), str(file))
    return model.eval()


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        CheckpointError: The file is missing, is not JSON, or is not an object.
    """
    try:
        content = json.loads(path.read_text())
    except OSError as error:
        msg = f'Cannot read {path}: {error.strerror}.'
        raise CheckpointError(msg) from None
    except ValueError as error:
        msg = f'{path} is not JSON: {error}.'
        raise CheckpointError(msg) from None
    if not isinstance(content, dict):
        msg = f'{path} must hold a JSON object.'
        raise CheckpointError(msg)
    return content


def _current_name(path: str) -> str:
    """The v1.5 name of an example batch's array."""
    for old, new in _V10_NAMES.items():
        if path == old or (old.endswith('/') and path.startswith(old)):
            return new + path[len(old) :]
    return path
