# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The small files of a checkpoint directory: what describes a training run, beside its weights."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.errors import CheckpointError
from octo_ros.model.checkpoint import CheckpointDirectory, example_shapes, read_json
from octo_ros.model.config import T5Config
from octo_ros.model.config_file import parse_octo_config
from octo_ros.model.config_writer import config_json
from octo_ros.model.flax_msgpack import iterate_arrays
from octo_ros.model.flax_writer import write_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from numpy.typing import NDArray

    from octo_ros.model.config import OctoConfig

_CONFIG, _STATISTICS, _EXAMPLE = 'config.json', 'dataset_statistics.json', 'example_batch.msgpack'
_T5, _TOKENIZER = 't5_config.json', 'tokenizer/tokenizer.json'
# Entries of config.json that change what the policy does with the same weights.
_MEANING = ('text_processor', 'dataset_kwargs')


@dataclass(frozen=True)
class RunFiles:
    """What a checkpoint directory says beside its weights.

    A fine-tuner takes those of the checkpoint that it began with and replaces what it changed:
    `replace(RunFiles.of(source), training=…, statistics=…, example_batch=…)`.

    Attributes:
        training: `config.json` without "model", which is written from the network itself.
        statistics: Content of `dataset_statistics.json`: what actions are brought back with.
        example_batch: Arrays by path, like `observation/image_primary`; their shapes belong to
            the network (image sizes, window size, number of language tokens).
        model: "model" of `config.json` as the source spells it; kept while it still says the same.
        encoder: Name of the language encoder, for the original's loader.
        t5: Content of `t5_config.json`, for an encoder other than T5-base.
        tokenizer: Content of `tokenizer/tokenizer.json`, if the checkpoint brings its own.
    """

    training: Mapping[str, Any]
    statistics: Mapping[str, Any]
    example_batch: Mapping[str, NDArray]
    model: Mapping[str, Any] | None = None
    encoder: str = 't5-base'
    t5: Mapping[str, Any] | None = None
    tokenizer: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, checkpoint: CheckpointDirectory) -> RunFiles:
        """Those of a checkpoint.

        Raises:
            CheckpointError: A file is missing or damaged.
        """
        path = checkpoint.path
        example = {name: np.array(a) for name, a in iterate_arrays(path / _EXAMPLE)}
        model = read_json(path / _CONFIG)['model']
        languages = model.get('task_tokenizers', {}).values()
        encoders = [spec['kwargs']['encoder'] for spec in languages]
        tokenizer = path / _TOKENIZER
        return cls(
            training=checkpoint.training,
            statistics=read_json(path / _STATISTICS),
            example_batch=example,
            model=model,
            encoder=encoders[0] if encoders else 't5-base',
            t5=read_json(path / _T5) if (path / _T5).exists() else None,
            tokenizer=tokenizer.read_bytes() if tokenizer.exists() else None,
        )

    def write(self, directory: Path, config: OctoConfig) -> None:
        """Write the files that are not there yet; those that are must agree.

        Args:
            directory: The checkpoint directory.
            config: The network whose weights belong to them.

        Raises:
            CheckpointError: Files and network do not fit together, or the directory holds another
                network, other statistics, or other settings that change the policy.
        """
        model = self._model(config)
        # The original's loader insists on a text processor, even if it is null.
        content = {'model': model, 'text_processor': None, **self.training}
        self._check_agreement(directory, content, config)
        directory.mkdir(parents=True, exist_ok=True)
        write_new(directory / _CONFIG, _json(content, _CONFIG))
        write_new(directory / _STATISTICS, _json(self.statistics, _STATISTICS))
        write_new(
            directory / _EXAMPLE,
            lambda file: write_arrays(file, self.example_batch, self.example_batch.__getitem__),
        )
        t5 = self._t5(config)
        if t5 is not None:
            write_new(directory / _T5, _json(t5, _T5))
        if self.tokenizer is not None:
            (directory / _TOKENIZER).parent.mkdir(exist_ok=True)
            write_new(directory / _TOKENIZER, self.tokenizer)

    def _model(self, config: OctoConfig) -> Mapping[str, Any]:
        if self.model is not None and self._parse(self.model, config) == config:
            return self.model
        model = config_json(config, self.encoder)
        if self._parse(model, config) != config:
            msg = (
                f'The network cannot be saved with this {_EXAMPLE}: its arrays are of other '
                'shapes than the images, windows or instructions that the network takes.'
            )
            raise CheckpointError(msg)
        return model

    def _parse(self, model: Mapping[str, Any], config: OctoConfig) -> OctoConfig | None:
        shapes = example_shapes((name, a.shape) for name, a in self.example_batch.items())
        try:
            return parse_octo_config(model, shapes, self._t5(config), 'the network to be saved')
        except CheckpointError:
            if model is self.model:  # it describes what the network was before it was changed
                return None
            raise

    def _t5(self, config: OctoConfig) -> Mapping[str, Any] | None:
        t5 = config.language.t5 if config.language else None
        if t5 is None or (self.t5 is None and t5 == T5Config()):
            return None
        return {**(self.t5 or {}), **asdict(t5)}

    def _check_agreement(
        self, directory: Path, content: Mapping[str, Any], config: OctoConfig
    ) -> None:
        differs = []
        if (directory / _CONFIG).exists():
            there = CheckpointDirectory.read(directory)
            plain = json.loads(_json(content, _CONFIG))
            if there.config != config:
                differs.append('another network')
            differs += [
                f'another {key}' for key in _MEANING if there.training.get(key) != plain.get(key)
            ]
        if (directory / _STATISTICS).exists():
            plain = json.loads(_json(self.statistics, _STATISTICS))
            if read_json(directory / _STATISTICS) != plain:
                differs.append('other dataset statistics')
        if differs:
            msg = (
                f'{directory} belongs to another run: its files say {", ".join(differs)}; save '
                'into a directory of its own.'
            )
            raise CheckpointError(msg)


def write_new(path: Path, content: bytes | Callable[[BinaryIO], None]) -> None:
    """Write a file unless it exists; a crash leaves either all of it or none."""
    if path.exists():
        return
    partial = path.with_name(f'{path.name}.{os.getpid()}.partial')
    try:
        with partial.open('wb') as file:
            if isinstance(content, bytes):
                file.write(content)
            else:
                content(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _json(content: Mapping[str, Any], name: str) -> bytes:
    try:
        return json.dumps(content).encode()
    except (TypeError, ValueError) as error:
        msg = f'{name} cannot be written: {error}.'
        raise CheckpointError(msg) from None
