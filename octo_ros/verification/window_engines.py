# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The engines that drive robots, on the reference's inputs: what their head reads, and actions."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor

from octo_ros.errors import VerificationError
from octo_ros.model.batch import LanguageTokens, Observations, Tasks
from octo_ros.model.checkpoint import load_weights
from octo_ros.model.head_config import ContinuousHeadConfig, DiffusionHeadConfig
from octo_ros.model.sampling import Sampling, SamplingNoise
from octo_ros.policy.engines.exported import Exported
from octo_ros.policy.engines.exported_engine import RuntimeOptions, exported_engine
from octo_ros.policy.engines.frame import Frame
from octo_ros.policy.engines.torch_engine import TorchOptions, torch_engine
from octo_ros.policy.engines.window_engine import WindowEngine
from octo_ros.policy.export import ExportOptions, export_policy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.model.checkpoint import CheckpointDirectory
    from octo_ros.model.config import OctoConfig
    from octo_ros.verification.engine import EngineOptions
    from octo_ros.verification.scene import Scene

Kind = Literal['cached', 'onnxruntime', 'openvino']
_ACTIONS = re.compile(r'sample/(|\w+_)actions_normalized')


class WindowVerification:
    """One of those engines; see `octo_ros.verification.engine.Engine`.

    Args:
        checkpoint: Where the weights are; for a runtime they are exported to a temporary folder.
        options: Device and type.
        kind: `cached` (PyTorch, split and cached), or the runtime.

    Raises:
        CheckpointError: The weights are missing, damaged, or do not fit the network.
        PolicyError: The network cannot be exported or run so.
        VerificationError: The engine has no such type or cannot split the network.
    """

    def __init__(
        self, checkpoint: CheckpointDirectory, options: EngineOptions, kind: Kind
    ) -> None:
        if options.dtype == 'float16' or (options.device != 'cpu' and kind != 'cached'):
            msg = f'The engine {kind} runs in float32 or bfloat16, {kind} on the CPU only.'
            raise VerificationError(msg)
        self.config = checkpoint.config
        half = options.dtype == 'bfloat16'
        window = self.config.max_horizon
        if kind == 'cached':
            engine = torch_engine(
                load_weights(checkpoint, options.step),
                window,
                TorchOptions(options.device, 'bf16' if half else 'fp32'),
            )
        else:
            self._folder = tempfile.TemporaryDirectory()
            output = Path(self._folder.name) / 'export'
            precision: Literal['bf16', 'fp32'] = 'bf16' if half else 'fp32'
            export_policy(checkpoint, output, ExportOptions(precision, options.step))
            engine = exported_engine(Exported.read(output), RuntimeOptions(kind), window)
        if not isinstance(engine, WindowEngine):
            msg = 'This network cannot be split; it is run whole: verify it with --engine torch.'
            raise VerificationError(msg)
        self.engine = engine

    def open(self, scene: Scene) -> WindowOutputs:
        """Prepare one scene; nothing is computed yet."""
        return WindowOutputs(self.engine, self.config, scene)


class WindowOutputs:
    """What the engine makes of one scene, window by window."""

    def __init__(self, engine: WindowEngine, config: OctoConfig, scene: Scene) -> None:
        self._engine, self._config, self._scene = engine, config, scene

    def array(self, name: str) -> NDArray[Any] | None:
        """See `octo_ros.verification.engine.SceneOutputs`."""
        other_network = self._scene.readout_key or (
            self._scene.correct_attention and not self._config.use_correct_attention
        )
        if other_network:
            return None
        if name == f'transformer/{self._config.head.readout_key}/tokens':
            return self._tokens()
        actions = _ACTIONS.fullmatch(name)
        return self._actions(actions[1]) if actions else None

    def _tokens(self) -> NDArray[Any]:
        """At every position of every window, shape (B, W, n, D)."""
        rows = []
        for frames, tasks in self._windows():
            self._engine.set_task(self._engine.encode(tasks))
            positions = [self._engine.tokens(frames[:t], f) for t, f in enumerate(frames)]
            rows.append(torch.stack(positions, dim=1))
        return np.asarray(torch.cat(rows).float().cpu().numpy())

    def _actions(self, prefix: str) -> NDArray[Any] | None:
        """Shape (B, action_horizon, action_dim)."""
        head = self._config.head
        if not isinstance(head, (DiffusionHeadConfig, ContinuousHeadConfig)):
            return None
        chunks = []
        for number, (frames, tasks) in enumerate(self._windows()):
            newest = frames[-1]
            if newest is None:
                msg = 'the newest frame of a window is padding, of which no robot acts'
                raise VerificationError(msg)
            self._engine.set_task(self._engine.encode(tasks))
            self._engine.prepare(frames[:-1])
            sampling = self._sampling(prefix, number, len(frames))
            chunks.append(self._engine.act(frames[:-1], newest, sampling))
        return np.stack(chunks, axis=-3)

    def _sampling(self, prefix: str, number: int, window: int) -> Sampling:
        head, scene = self._config.head, self._scene
        if not isinstance(head, DiffusionHeadConfig):
            return Sampling()
        own = f'sample/{prefix}initial_noise' in scene.arrays
        name = f'sample/{prefix if own else ""}'
        chunk = head.action_horizon * head.action_dim
        shape = (*scene.array(f'{name}initial_noise').shape[:-2], window, chunk)
        initial = scene.numbers(f'{name}initial_noise', shape)
        steps = scene.numbers(f'{name}step_noise', (head.diffusion_steps, *shape))
        row = slice(number, number + 1)
        dim = None
        if 'masked_' in prefix:
            dim = int(scene.integers('sample/embodiment_action_dim', (), head.action_dim + 1))
        noise = SamplingNoise(initial[..., row, -1, :], steps[..., row, -1, :])
        return Sampling(noise=noise, embodiment_action_dim=dim)

    def _windows(self) -> list[tuple[tuple[Frame | None, ...], Tasks]]:
        observations = self._scene.observations(self._config)
        batch, window = observations.timestep_pad_mask.shape
        tasks = self._scene.tasks(self._config, batch)
        return [
            (tuple(_frame(observations, b, t) for t in range(window)), _row(tasks, b))
            for b in range(batch)
        ]


def _frame(observations: Observations, b: int, t: int) -> Frame | None:
    if not observations.timestep_pad_mask[b, t]:
        return None
    return Frame(
        {key: images[b, t].numpy() for key, images in observations.images.items()},
        {key: numbers[b, t].numpy() for key, numbers in observations.low_dim.items()},
        frozenset(key for key, shown in observations.pad_masks.items() if not shown[b, t]),
    )


def _row(tasks: Tasks, b: int) -> Tasks:
    def row(tensor: Tensor) -> Tensor:
        return tensor[b : b + 1]

    language = tasks.language
    return replace(
        tasks,
        language=language
        and LanguageTokens(row(language.input_ids), row(language.attention_mask)),
        language_mask=None if tasks.language_mask is None else row(tasks.language_mask),
        goal_images={key: row(image) for key, image in tasks.goal_images.items()},
        vectors={key: row(numbers) for key, numbers in tasks.vectors.items()},
    )
