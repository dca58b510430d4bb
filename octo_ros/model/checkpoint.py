# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The official checkpoint directory.

It holds `config.json`, `example_batch.msgpack` and `<step>/default/checkpoint` with the weights,
or in place of that file a database that only orbax reads (`ocdbt`). Metadata files of orbax
(`_METADATA`) add nothing and are not read; `dataset_statistics.json` belongs to the policy.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from octo_ros.errors import CheckpointError
from octo_ros.model.blank import blank_octo
from octo_ros.model.config import OctoConfig
from octo_ros.model.config_file import parse_octo_config
from octo_ros.model.flax_msgpack import ArrayFile, iterate_arrays
from octo_ros.model.hub import find_checkpoint
from octo_ros.model.layout import WEIGHTS, step_folder, stored_steps
from octo_ros.model.ocdbt import iterate_ocdbt
from octo_ros.model.parameters import fill_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from octo_ros.model.octo import Octo

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

        Args:
            path: The directory.

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
        stored = ArrayFile(directory / 'example_batch.msgpack').arrays
        example = example_shapes((name, array.shape) for name, array in stored.items())
        t5 = read_json(t5_path) if t5_path.exists() else None
        try:
            config = parse_octo_config(training.pop('model'), example, t5, str(config_path))
        except re.error as error:
            msg = f'{config_path} has a pattern of keys that is no regular expression: {error}.'
            raise CheckpointError(msg) from None
        _check_names(config, config_path)
        return cls(directory, config, training)

    @classmethod
    def find(
        cls, name: str | Path, step: int | None = None, revision: str | None = None
    ) -> CheckpointDirectory:
        """Like `read`, for a directory or a name on the Hugging Face hub.

        Args:
            name: See `find_checkpoint`.
            step: Training step that will be loaded; of a name on the hub only this is fetched.
            revision: On the hub.

        Raises:
            CheckpointError: There is nothing of that name, or as for `read`.
        """
        return cls.read(find_checkpoint(name, step, revision))

    @property
    def steps(self) -> tuple[int, ...]:
        """Training steps that have weights here, ascending."""
        return stored_steps(self.path)

    def iterate_weights(self, step: int | None = None) -> Iterator[tuple[str, NDArray]]:
        """The parameters of a step, the latest by default, one by one.

        Raises:
            CheckpointError: There is no such step, or its file is damaged or not readable here.
        """
        folder = step_folder(self.path, step)
        if (folder / WEIGHTS).exists():
            return iterate_arrays(folder / WEIGHTS)
        return iterate_ocdbt(folder)


def load_octo(path: str | Path, step: int | None = None, revision: str | None = None) -> Octo:
    """Build the network of a checkpoint and fill it, float32 on the CPU, in evaluation mode.

    Args:
        path: An official checkpoint directory, of Octo v1.0 or v1.5, or its name on the Hugging
            Face hub: see `find_checkpoint`.
        step: Training step; None takes the latest.
        revision: On the hub.

    Raises:
        CheckpointError: A file is missing or damaged, or a tensor is left over, missing or of
            another shape.
    """
    return load_weights(CheckpointDirectory.find(path, step, revision), step)


def load_weights(checkpoint: CheckpointDirectory, step: int | None = None) -> Octo:
    """Like `load_octo`, for a directory that is already read."""
    arrays = checkpoint.iterate_weights(step)
    model = blank_octo(checkpoint.config, f'{checkpoint.path}/config.json')
    fill_parameters(model, arrays, str(step_folder(checkpoint.path, step)))
    return model.eval()


def example_shapes(
    arrays: Iterable[tuple[str, tuple[int, ...]]],
) -> dict[str, tuple[int, ...]]:
    """Shapes of an example batch by the names of v1.5, from those of v1.0 or v1.5."""
    return {_current_name(name): shape for name, shape in arrays}


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
    except (ValueError, RecursionError) as error:
        msg = f'{path} is not JSON: {error}.'
        raise CheckpointError(msg) from None
    if not isinstance(content, dict):
        msg = f'{path} must hold a JSON object.'
        raise CheckpointError(msg)
    return content


def _check_names(config: OctoConfig, path: Path) -> None:
    """Names become parts of the parameters' paths, so they must be plain words."""
    names = [tokenizer.name for tokenizer in config.observation_tokenizers]
    names += [name for name, _ in config.readouts]
    names += [] if config.language is None else [config.language.name]
    for name in names:
        if not re.fullmatch(r'\w[\w-]*', name, re.ASCII):
            msg = f'{path} calls a part {name!r:.60}; allowed are letters, digits, _ and -.'
            raise CheckpointError(msg)


def _current_name(path: str) -> str:
    """The v1.5 name of an example batch's array."""
    for old, new in _V10_NAMES.items():
        if path == old or (old.endswith('/') and path.startswith(old)):
            return new + path[len(old) :]
    return path
