# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy around an engine, as the policy node calls it: pictures in, action chunk out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from octo_ros.benchmark.timing import Timing
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import PolicyError
from octo_ros.model.text import load_text_tokenizer
from octo_ros.observation.lanczos import lanczos3
from octo_ros.observation.window import WindowBuffer
from octo_ros.policy.action_scale import ActionScale
from octo_ros.policy.loaded_octo import LoadedOcto
from octo_ros.policy.octo_policy import OctoPolicy
from octo_ros.policy.statistics import DatasetStatistics
from octo_ros.types import Observation, Task

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.model.checkpoint import CheckpointDirectory
    from octo_ros.model.config import OctoConfig
    from octo_ros.policy.engines.base import Engine

Pictures = dict[str, NDArray[np.uint8]]

_STEP_NS = 100_000_000
_CAMERA = (480, 640, 3)
_ROBOT = 'widowx'  # Only names and sizes of its cameras matter, and these are replaced.


class PolicyLoop:
    """Ticks of a policy.

    Args:
        checkpoint: Small files of the network.
        engine: Runs it.

    Raises:
        OctoRosError: The network cannot drive a robot through `OctoPolicy`.
    """

    def __init__(self, checkpoint: CheckpointDirectory, engine: Engine[Any]) -> None:
        config, tokenizer = checkpoint.config, load_text_tokenizer(checkpoint)
        if config.language is not None and tokenizer is None:
            msg = 'The checkpoint names no tokenizer, so no instruction can be given in words.'
            raise PolicyError(msg)
        names = DatasetStatistics.read_all(checkpoint.path / 'dataset_statistics.json')
        name = next(iter(names), '')  # any: a scale takes as long as another
        loaded = LoadedOcto(engine, config, tokenizer, ActionScale.of(checkpoint, name))
        self._policy = OctoPolicy(loaded, _embodiment(config), seed=0)
        self._sizes = {key: c.image_size for c in config.cameras for key in c.image_keys}
        self._rng = np.random.default_rng(0)
        self._words = None if tokenizer is None else 'put the red block into the bin'
        self._tasks = 0

    def run(self, whole: Timing, resizing: Timing, ticks: int) -> None:
        """Some ticks of a new task; the first one, which encodes it, is not timed.

        Args:
            whole: Gets the time from camera pictures to the chunk, resizing included.
            resizing: Gets that part of it.
            ticks: How many.
        """
        self._tasks += 1
        buffer = WindowBuffer(self._policy.window_size, _STEP_NS)
        task = Task(self._tasks, self._words, {} if self._words else self._resized(self._seen()))
        for number in range(ticks + 1):
            pictures = self._seen()
            first = number == 0
            stamp_ns = number * _STEP_NS

            def act(pictures: Pictures = pictures, now: int = stamp_ns) -> object:
                images = resizing.measure(lambda: self._resized(pictures))
                buffer.add(Observation(now, images, np.zeros(7)))
                return self._policy.infer(buffer.window(), task, now)

            (Timing() if first else whole).measure(act)
            self._policy.prepare(buffer.next_history(_STEP_NS))

    def _seen(self) -> Pictures:
        """What cameras take."""
        return {key: self._rng.integers(0, 256, _CAMERA, dtype=np.uint8) for key in self._sizes}

    def _resized(self, pictures: Pictures) -> Pictures:
        return {key: lanczos3(pictures[key], *size) for key, size in self._sizes.items()}


def _embodiment(config: OctoConfig) -> Embodiment:
    """A robot that has the network's cameras."""
    robot = load_embodiment(_ROBOT)
    camera = robot.cameras['image_primary']
    cameras = {
        key: replace(camera, height=tokenizer.image_size[0], width=tokenizer.image_size[1])
        for tokenizer in config.cameras
        for key in tokenizer.image_keys
    }
    return replace(robot, cameras=cameras)
