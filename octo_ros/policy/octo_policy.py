# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The Octo network as a policy: window and task → action chunk in robot units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from octo_ros.embodiment import ACTION_NAMES
from octo_ros.errors import PolicyError
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.sampling import Sampling, SamplingNoise
from octo_ros.policy.base import CacheCounts
from octo_ros.policy.engines.base import Turn, never
from octo_ros.policy.engines.frame import Frame
from octo_ros.policy.engines.together import act_together, warm_up
from octo_ros.policy.noise import FreshNoise, diffusion_head
from octo_ros.policy.robot_fit import RobotFit, pixels
from octo_ros.policy.task_encoder import TaskEncoder
from octo_ros.types import ActionChunk, ActionSpec, ObservationWindow, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.policy.engines.frame import History
    from octo_ros.policy.loaded_octo import LoadedOcto
    from octo_ros.policy.noise import NoiseSource
    from octo_ros.types import Observation


class OctoPolicy:
    """Drives one robot with one network; not safe to share between threads.

    Args:
        loaded: The network.
        embodiment: The robot; its camera images must have the sizes that the network was trained
            with.
        seed: Of whatever the action head draws.
        noise: For a diffusion head; None draws it afresh in every call, by the seed.

    Raises:
        PolicyError: Network, statistics and robot do not fit together.
    """

    def __init__(
        self,
        loaded: LoadedOcto,
        embodiment: Embodiment,
        *,
        seed: int,
        noise: NoiseSource | None = None,
    ) -> None:
        self._engine = loaded.engine
        self._head = loaded.config.head
        self._scale = loaded.scale
        self._fit = RobotFit.of(loaded.config, loaded.scale.statistics, embodiment)
        self._encode_task = TaskEncoder(
            loaded.config.language, loaded.tokenizer, self._fit.image_sizes
        )
        self._spec = embodiment.action_spec(self._head.action_horizon)
        self._generator = torch.Generator().manual_seed(seed)
        if noise is not None:
            diffusion_head(self._head)
        elif isinstance(self._head, DiffusionHeadConfig):
            noise = FreshNoise(self._head, seed)
        self._noise = noise
        self._task_id: int | None = None
        self._prepared_task: tuple[int | None, Any] = (None, None)
        self._chunks = 0

    @property
    def spec(self) -> ActionSpec:
        """Meaning of the actions that `infer` returns."""
        return self._spec

    @property
    def window_size(self) -> int:
        """Observations per window, `spec.action_dt` apart: as many as in training."""
        return self._engine.window_size

    @property
    def cache(self) -> CacheCounts:
        """How often preparing paid off."""
        return self._engine.counts

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on cameras that only the robot or only the network has, for the log."""
        return self._fit.notes

    def warm_up(self) -> None:
        """Run on grey images; later noise and the chunk count are as if it had not run."""
        for turn in self.rehearse():
            warm_up([turn])

    def rehearse(self) -> Iterator[Turn]:
        """Made-up windows of all kinds that will come; before each, its task is taken up.

        They differ in what has tokens: an instruction that is not given has none, nor have slots
        from before the first frame.
        """
        images = {
            key: np.full((*size, 3), 128, np.uint8) for key, size in self._fit.image_sizes.items()
        }
        frame, slots = Frame(images), self.window_size - 1
        histories = [
            (*[None] * padding, *[frame] * (slots - padding)) for padding in range(slots + 1)
        ]
        sampling = self._rehearsed_sampling()
        for words in ('warm up', None) if self._encode_task.takes_words else (None,):
            task = Task(task_id=0, language_instruction=words, goal_images=images)
            for history in histories:
                self._engine.set_task(self._engine.encode(self._encode_task(task)))
                self._task_id = None
                yield Turn(self._engine, history, frame, sampling)

    def prepare_task(self, task: Task) -> None:
        """See `octo_ros.policy.base.Policy`."""
        if self._engine.encodes_beside:
            encoded = self._engine.encode(self._encode_task(task))
            self._prepared_task = (task.task_id, encoded)

    def prepare(
        self, observations: Sequence[Observation], abandoned: Callable[[], bool] = never
    ) -> bool:
        """See `octo_ros.policy.base.Policy`; the result of `infer` does not depend on it."""
        if self._task_id is None:
            return False
        frames = [self._frame(observation.images) for observation in observations]
        padding = [None] * (self.window_size - 1 - len(frames))
        return self._engine.prepare((*padding, *frames), abandoned)

    def infer(self, window: ObservationWindow, task: Task, start_ns: int) -> ActionChunk:
        """See `octo_ros.policy.base.Policy`; the instruction is encoded once per `task_id`."""
        (outcome,) = act_together([self.turn(window, task, start_ns)])
        if isinstance(outcome, PolicyError):
            raise outcome
        return self.chunk(outcome, window, start_ns)

    def turn(self, window: ObservationWindow, task: Task, start_ns: int) -> Turn:
        """The first half of `infer`: what the engine is to compute.

        Raises:
            PolicyError: As for `infer`.
        """
        history, newest = self._slots(window)
        if self._task_id != task.task_id:
            self._engine.set_task(self._encoded(task))
            self._task_id = task.task_id
            if self._noise is not None:
                self._noise.reset()
        dim = self._scale.statistics.dim
        if self._noise is None:
            sampling = Sampling(generator=self._generator, embodiment_action_dim=dim)
        else:
            noise = _batched(self._noise.draw(start_ns))
            sampling = Sampling(noise=noise, embodiment_action_dim=dim)
        return Turn(self._engine, history, newest, sampling)

    def chunk(
        self, normalized: NDArray[np.float32], window: ObservationWindow, start_ns: int
    ) -> ActionChunk:
        """The second half of `infer`: what the engine has computed, in robot units.

        Raises:
            PolicyError: A number is not finite.
        """
        actions = self._scale.robot_units(normalized)
        chunk = ActionChunk(actions, self._spec, window.stamp_ns, start_ns, self._chunks)
        self._chunks += 1
        return chunk

    def _encoded(self, task: Task) -> Any:  # noqa: ANN401 - the engine's own
        prepared_id, encoded = self._prepared_task
        if prepared_id == task.task_id:
            return encoded
        return self._engine.encode(self._encode_task(task))

    def _rehearsed_sampling(self) -> Sampling:
        dim = len(ACTION_NAMES)
        if isinstance(self._head, DiffusionHeadConfig):
            noise = _batched(FreshNoise(self._head, 0).draw(0))
            return Sampling(noise=noise, embodiment_action_dim=dim)
        return Sampling(generator=torch.Generator().manual_seed(0), embodiment_action_dim=dim)

    def _slots(self, window: ObservationWindow) -> tuple[History, Frame]:
        """The window's older slots and its newest one."""
        if len(window.timestep_pad_mask) != self.window_size:
            given = len(window.timestep_pad_mask)
            msg = f'The window has {given} observations; this policy takes {self.window_size}.'
            raise PolicyError(msg)
        frames = [
            self._frame({key: image[slot] for key, image in window.images.items()})
            for slot in range(self.window_size)
        ]
        shown = zip(frames[:-1], window.timestep_pad_mask[:-1], strict=True)
        return tuple(frame if real else None for frame, real in shown), frames[-1]

    def _frame(self, images: Mapping[str, NDArray[np.uint8]]) -> Frame:
        read = {}
        for key, size in self._fit.image_sizes.items():
            if key not in images:
                msg = f'The window lacks {key}; it has {", ".join(images)}.'
                raise PolicyError(msg)
            if images[key].shape[:2] != size:
                given = pixels(images[key].shape[:2])
                msg = f'{key} of the window is {given}; this policy takes {pixels(size)}.'
                raise PolicyError(msg)
            read[key] = images[key]
        return Frame(read)


def _batched(noise: SamplingNoise) -> SamplingNoise:
    """The same for a batch of one window."""
    return SamplingNoise(noise.initial[None], noise.steps[:, None])
