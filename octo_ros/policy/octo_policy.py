# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The Octo network as a policy: window and task → action chunk in robot units."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from octo_ros.embodiment import ACTION_NAMES
from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Observations, Tasks
from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.sampling import Sampling, SamplingNoise
from octo_ros.model.text import TextTokenizer, load_text_tokenizer
from octo_ros.policy.noise import CoupledNoise, FreshNoise
from octo_ros.policy.statistics import DatasetStatistics, FieldStatistics, Normalization
from octo_ros.types import ActionChunk, ActionSpec, ObservationWindow, Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.model.head_config import HeadConfig
    from octo_ros.model.octo import Octo
    from octo_ros.policy.noise import NoiseSource

_GRIPPER = ACTION_NAMES.index('gripper')


@dataclass(frozen=True)
class ActionScale:
    """How the network's actions become robot units: statistics, and how training used them."""

    statistics: FieldStatistics
    normalization: Normalization


class OctoPolicy:
    """Drives one robot with one checkpoint; not safe to share between threads.

    Args:
        model: The network, on the device where it is to run.
        tokenizer: For instructions; None if the network takes goal images only.
        scale: For its actions.
        embodiment: The robot; its camera images must have the sizes that the network was trained
            with.
        seed: Of whatever the action head draws.
        noise: For a diffusion head; None draws it afresh in every call, by the seed.

    Raises:
        PolicyError: Network, statistics and robot do not fit together.
    """

    def __init__(
        self,
        model: Octo,
        tokenizer: TextTokenizer | None,
        scale: ActionScale,
        embodiment: Embodiment,
        *,
        seed: int,
        noise: NoiseSource | None = None,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._scale = scale
        self._device = next(model.parameters()).device
        self._sizes, self._notes = _match_cameras(model, embodiment)
        _check_inputs(model)
        _check_actions(model, scale)
        self._spec = embodiment.action_spec(model.config.head.action_horizon)
        self._generator = torch.Generator().manual_seed(seed)
        self._noise = _noise_source(model.config.head, seed, noise)
        self._task: tuple[int, Tasks] | None = None
        self._chunks = 0

    @classmethod
    def from_checkpoint(
        cls,
        path: str | Path,
        embodiment: Embodiment,
        *,
        dataset_name: str | None = None,
        seed: int,
        coupled_noise: bool = False,
        step: int | None = None,
        device: str = 'cpu',
        threads: int | None = None,
    ) -> OctoPolicy:
        """Load an official checkpoint.

        Args:
            path: Its directory, or its name on the Hugging Face hub: see `find_checkpoint`.
            embodiment: The robot.
            dataset_name: Dataset of the checkpoint whose statistics this robot's actions follow;
                may be left out if there is only one.
            seed: Of the sampling noise.
            coupled_noise: Keep the noise of actions that successive chunks share: `CoupledNoise`.
            step: Training step; None takes the latest.
            device: Where torch runs the network.
            threads: CPU threads of torch, a setting of the whole process; None leaves it alone.

        Raises:
            CheckpointError: The checkpoint is missing or damaged, or its tokenizer is not on this
                machine.
            UnknownNameError: The statistics hold several datasets and none, or another, is named.
            DatasetError: The statistics are missing or damaged.
            PolicyError: The checkpoint does not fit the robot.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        checkpoint = CheckpointDirectory.find(path, step)
        statistics = DatasetStatistics.read(
            checkpoint.path / 'dataset_statistics.json', dataset_name or ''
        )
        scale = ActionScale(statistics.action, _normalization(checkpoint))
        tokenizer = load_text_tokenizer(checkpoint)
        model = load_weights(checkpoint, step).to(device)
        noise = None
        if coupled_noise:
            head = _diffusion_head(model.config.head)
            noise = CoupledNoise(head, embodiment.action_dt, seed)
        return cls(model, tokenizer, scale, embodiment, seed=seed, noise=noise)

    @property
    def spec(self) -> ActionSpec:
        """Meaning of the actions that `infer` returns."""
        return self._spec

    @property
    def window_size(self) -> int:
        """Observations per window, `spec.action_dt` apart: as many as in training."""
        return self._model.config.window_size

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on cameras that only the robot or only the network has, for the log."""
        return self._notes

    def warm_up(self) -> None:
        """Run once on grey images; later noise and the chunk count are as if it had not run."""
        images = {
            key: np.full((self.window_size, *size, 3), 128, np.uint8)
            for key, size in self._sizes.items()
        }
        window = ObservationWindow(
            images=images,
            proprio=np.zeros((self.window_size, len(ACTION_NAMES)), np.float32),
            timestep_pad_mask=np.ones(self.window_size, bool),
            stamps_ns=np.zeros(self.window_size, np.int64),
        )
        goals = {key: image[0] for key, image in images.items()}
        words = 'warm up' if self._tokenizer else None
        task = Task(task_id=0, language_instruction=words, goal_images=goals)
        head = self._model.config.head
        if isinstance(head, DiffusionHeadConfig):
            sampling = Sampling(noise=_batched(FreshNoise(head, 0).draw(0)))
        else:
            sampling = Sampling(generator=torch.Generator().manual_seed(0))
        self._sample(window, self._batch_task(task), sampling)

    def infer(self, window: ObservationWindow, task: Task, start_ns: int) -> ActionChunk:
        """See `octo_ros.policy.base.Policy`; the instruction is encoded once per `task_id`."""
        if self._task is None or self._task[0] != task.task_id:
            self._task = (task.task_id, self._batch_task(task))
            if self._noise is not None:
                self._noise.reset()
        if self._noise is None:
            sampling = Sampling(generator=self._generator)
        else:
            sampling = Sampling(noise=_batched(self._noise.draw(start_ns)))
        actions = self._sample(window, self._task[1], sampling)
        chunk = ActionChunk(actions, self._spec, window.stamp_ns, start_ns, self._chunks)
        self._chunks += 1
        return chunk

    def _sample(self, window: ObservationWindow, tasks: Tasks, sampling: Sampling) -> Array:
        """Actions in robot units, shape (action_horizon, 7)."""
        statistics = self._scale.statistics
        with torch.inference_mode():
            sampled = self._model.sample_actions(
                self._batch_window(window),
                tasks,
                noise=sampling.noise,
                generator=sampling.generator,
                embodiment_action_dim=statistics.dim,
            )
        normalized = sampled[0].double().cpu().numpy()
        actions = statistics.unnormalize(normalized, self._scale.normalization)
        if not np.isfinite(actions).all():
            msg = 'The network predicted an action that is not finite; is its checkpoint damaged?'
            raise PolicyError(msg)
        actions[:, _GRIPPER] = actions[:, _GRIPPER].clip(0.0, 1.0)
        return actions

    def _batch_window(self, window: ObservationWindow) -> Observations:
        if len(window.timestep_pad_mask) != self.window_size:
            given = len(window.timestep_pad_mask)
            msg = f'The window has {given} observations; this policy takes {self.window_size}.'
            raise PolicyError(msg)
        images = {}
        for key, size in self._sizes.items():
            if key not in window.images:
                msg = f'The window lacks {key}; it has {", ".join(window.images)}.'
                raise PolicyError(msg)
            images[key] = self._image(f'{key} of the window', window.images[key], size)
        mask = torch.from_numpy(window.timestep_pad_mask.copy()).to(self._device)
        return Observations(images, mask[None])

    def _batch_task(self, task: Task) -> Tasks:
        unknown = task.goal_images.keys() - self._sizes.keys()
        if unknown:
            msg = f'This policy has no camera {sorted(unknown)}; it takes {sorted(self._sizes)}.'
            raise PolicyError(msg)
        goals = {
            key: self._image(f'goal image {key}', image, self._sizes[key])
            for key, image in task.goal_images.items()
        }
        language = self._model.config.language
        if language is None and task.language_instruction:
            msg = 'This checkpoint takes goal images only; the task has an instruction.'
            raise PolicyError(msg)
        if language is None:
            return Tasks(goal_images=goals)
        tokens, given = self._tokenize(task.language_instruction, language.num_tokens)
        tokens = LanguageTokens(
            tokens.input_ids.to(self._device), tokens.attention_mask.to(self._device)
        )
        mask = torch.tensor([given], device=self._device)
        with torch.inference_mode():
            return self._model.encode_tasks(Tasks(tokens, mask, goals))

    def _tokenize(self, instruction: str | None, length: int) -> tuple[LanguageTokens, bool]:
        """The instruction's tokens and True, or the hidden empty instruction and False."""
        if not (instruction or '').strip():
            return LanguageTokens.empty(1, length), False
        if self._tokenizer is None:
            msg = (
                'This checkpoint names no tokenizer, so it takes goal images, not words; '
                'put its tokenizer.json into its folder tokenizer/.'
            )
            raise PolicyError(msg)
        return self._tokenizer([str(instruction)]), True

    def _image(self, what: str, image: NDArray[np.uint8], size: tuple[int, int]) -> torch.Tensor:
        if image.shape[-3:-1] != size:
            msg = (
                f'The {what} is {_pixels(image.shape[-3:-1])}; this policy takes {_pixels(size)}.'
            )
            raise PolicyError(msg)
        return torch.from_numpy(image.copy())[None].to(self._device)


def _diffusion_head(head: HeadConfig) -> DiffusionHeadConfig:
    if isinstance(head, DiffusionHeadConfig):
        return head
    msg = 'Sampling noise is for a diffusion head only; this checkpoint has another action head.'
    raise PolicyError(msg)


def _noise_source(head: HeadConfig, seed: int, given: NoiseSource | None) -> NoiseSource | None:
    """The noise of a diffusion head; None for a head that takes none."""
    if given is not None:
        _diffusion_head(head)
        return given
    return FreshNoise(head, seed) if isinstance(head, DiffusionHeadConfig) else None


def _batched(noise: SamplingNoise) -> SamplingNoise:
    """The same for a batch of one window."""
    return SamplingNoise(noise.initial[None], noise.steps[:, None])


def _pixels(size: tuple[int, ...]) -> str:
    return f'{size[0]}x{size[1]} (height x width)'


def _normalization(checkpoint: CheckpointDirectory) -> Normalization:
    """What the training configuration says; where it is silent, the original's own default."""
    dataset = checkpoint.training.get('dataset_kwargs') or {}
    given = dataset.get('action_proprio_normalization_type', Normalization.NORMAL.value)
    try:
        return Normalization(given)
    except ValueError:
        known = ', '.join(how.value for how in Normalization)
        msg = f'{checkpoint.path}/config.json normalises actions by {given!r}; known: {known}.'
        raise PolicyError(msg) from None


def _match_cameras(
    model: Octo, embodiment: Embodiment
) -> tuple[Mapping[str, tuple[int, int]], tuple[str, ...]]:
    """Image sizes of the cameras that both have, and sentences on the others."""
    network = {key: camera for camera in model.config.cameras for key in camera.image_keys}
    sizes, notes = {}, []
    for key, camera in embodiment.cameras.items():
        if key not in network:
            notes.append(f'{key} of {embodiment.name} is not read by this checkpoint.')
            continue
        sizes[key] = (camera.height, camera.width)
        if sizes[key] != network[key].image_size:
            msg = (
                f'{key} of {embodiment.name} is {_pixels(sizes[key])}, but this checkpoint was '
                f'trained with {_pixels(network[key].image_size)}; set the size in the robot file '
                'or choose another checkpoint.'
            )
            raise PolicyError(msg)
    for key in network.keys() - sizes.keys():
        notes.append(
            f'{key} of this checkpoint is no camera of {embodiment.name}; it runs without.'
        )
    if not sizes:
        cameras = sorted(embodiment.cameras)
        msg = f'This checkpoint reads {sorted(network)}; {embodiment.name} has {cameras}.'
        raise PolicyError(msg)
    return sizes, tuple(notes)


def _check_inputs(model: Octo) -> None:
    """A network would run without the robot's state, but act on nothing that it learned."""
    keys = (*model.config.low_dim_keys, *model.config.vector_keys)
    if keys:
        given = 'OctoPolicy gives images and instructions only'
        msg = f'This checkpoint reads {", ".join(keys)}; {given}.'
        raise PolicyError(msg)


def _check_actions(model: Octo, scale: ActionScale) -> None:
    n = len(ACTION_NAMES)
    dims = scale.statistics.dim
    if dims != n or model.config.head.action_dim < n:
        msg = (
            f'The robot takes {n} numbers per action ({", ".join(ACTION_NAMES)}); '
            f'the statistics have {dims}, the network {model.config.head.action_dim}.'
        )
        raise PolicyError(msg)
