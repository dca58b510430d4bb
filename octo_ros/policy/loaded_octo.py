# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network that is ready to run: from a checkpoint, or from what `export_policy` made of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from octo_ros.errors import PolicyError
from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.model.text import TextTokenizer, load_text_tokenizer
from octo_ros.policy.action_scale import ActionScale
from octo_ros.policy.engines.manifest import MANIFEST
from octo_ros.policy.engines.torch_engine import TorchOptions, torch_engine

if TYPE_CHECKING:
    from octo_ros.model.config import OctoConfig
    from octo_ros.policy.engines.base import Engine

EngineName = Literal['auto', 'torch', 'onnxruntime', 'openvino']


@dataclass(frozen=True)
class EngineOptions:
    """Who runs the network, and how.

    Attributes:
        name: `torch` runs a checkpoint; `openvino` (CPU) and `onnxruntime` run what
            `export_policy` made of one. `auto` takes torch for the first and openvino for the
            second.
        device: Of torch `cpu`, `cuda`, `cuda:1`; of onnxruntime `cpu`, `cuda`, `tensorrt`;
            openvino has `cpu`.
        precision: Of torch; an export has its own.
        threads: CPU threads; None leaves it to the engine.
        cache_dir: Of openvino and tensorrt; see `RuntimeOptions.cache_dir`.
        gpu_memory_limit: Of onnxruntime; see `RuntimeOptions.gpu_memory_limit` [bytes].
    """

    name: EngineName = 'auto'
    device: str = 'cpu'
    precision: Literal['fp32', 'bf16'] = 'fp32'
    threads: int | None = None
    cache_dir: Path | None = None
    gpu_memory_limit: int | None = None


@dataclass(frozen=True)
class LoadedOcto:
    """A network that is ready to run, with what gives its numbers a meaning.

    Attributes:
        engine: Runs it.
        config: Its sizes.
        tokenizer: For instructions; None if it takes goal images only.
        scale: For its actions.
        checkpoint: Where its statistics are.
    """

    engine: Engine[Any]
    config: OctoConfig
    tokenizer: TextTokenizer | None
    scale: ActionScale
    checkpoint: CheckpointDirectory

    def for_another_robot(self, dataset_name: str = '') -> LoadedOcto:
        """The same network with an engine and statistics of its own.

        Args:
            dataset_name: As for `load`.

        Raises:
            UnknownNameError: As for `load`.
        """
        scale = ActionScale.of(self.checkpoint, dataset_name)
        return replace(self, engine=self.engine.for_another_robot(), scale=scale)

    @classmethod
    def load(
        cls,
        path: str | Path,
        dataset_name: str = '',
        step: int | None = None,
        options: EngineOptions | None = None,
    ) -> LoadedOcto:
        """Load a network.

        Args:
            path: Directory of a checkpoint or its name on the Hugging Face hub, or a directory
                that `export_policy` made.
            dataset_name: Dataset of the checkpoint whose statistics the robot's actions follow;
                may be empty if there is only one.
            step: Training step; None takes the latest. An export holds one step.
            options: Who runs it.

        Raises:
            CheckpointError: It is missing or damaged, or its tokenizer is not on this machine.
            UnknownNameError: The statistics hold several datasets and none, or another, is named.
            DatasetError: The statistics are missing or damaged.
            PolicyError: The engine does not run this, or is not installed.
        """
        options = options or EngineOptions()
        if (Path(path) / MANIFEST).is_file():
            return cls._exported(Path(path), dataset_name, step, options)
        if options.name not in ('auto', 'torch'):
            msg = (
                f'The engine {options.name} runs exported networks; {path} is a checkpoint: make '
                f'one with "python -m octo_ros export_policy {path} --output DIR" and give DIR.'
            )
            raise PolicyError(msg)
        if options.cache_dir is not None or options.gpu_memory_limit is not None:
            msg = 'cache_dir and gpu_memory_limit are for exported networks; leave them out.'
            raise PolicyError(msg)
        checkpoint = CheckpointDirectory.find(path, step)
        scale = ActionScale.of(checkpoint, dataset_name)
        tokenizer = load_text_tokenizer(checkpoint)
        engine = torch_engine(
            load_weights(checkpoint, step),
            options=TorchOptions(options.device, options.precision, options.threads),
        )
        return cls(engine, checkpoint.config, tokenizer, scale, checkpoint)

    @classmethod
    def _exported(
        cls, path: Path, dataset_name: str, step: int | None, options: EngineOptions
    ) -> LoadedOcto:
        from octo_ros.policy.engines.exported import Exported
        from octo_ros.policy.engines.exported_engine import RuntimeOptions, exported_engine

        if options.name == 'torch' or step is not None:
            msg = f'{path} is an exported network: leave step out, and take openvino or auto.'
            raise PolicyError(msg)
        exported = Exported.read(path)
        runtime = RuntimeOptions(
            'openvino' if options.name == 'auto' else options.name,
            options.device,
            options.threads,
            cache_dir=options.cache_dir,
            gpu_memory_limit=options.gpu_memory_limit,
        )
        return cls(
            exported_engine(exported, runtime),
            exported.config,
            load_text_tokenizer(exported.checkpoint),
            ActionScale.of(exported.checkpoint, dataset_name),
            exported.checkpoint,
        )
