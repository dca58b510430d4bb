# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy around an engine, as the policy node calls it: pictures in, action chunk out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.benchmark.stopwatch import Stopwatch
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
    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.model.checkpoint import CheckpointDirectory
    from octo_ros.model.config import OctoConfig
    from octo_ros.policy.engines.base import Engine

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
        scale = ActionScale.of(checkpoint, next(iter(names), ''))  # each takes as long as another
        loaded = LoadedOcto(engine, config, tokenizer, scale, checkpoint)
        self._policy = OctoPolicy(loaded, _embodiment(config), seed=0)
        self._sizes = {key: c.image_size for c in config.cameras for key in c.image_keys}
        self._rng = np.random.default_rng(0)
        self._words = None if tokenizer is None else 'put the red block into the bin'
        self._tasks = 0

    def run(self, stopwatch: Stopwatch, ticks: Iterable[int]) -> None:
        """Some ticks of a new task; the first one, which encodes it, is not timed.

        Args:
            stopwatch: Times `resize`, all cameras' pictures to the network's sizes, and `policy`,
                from these to the chunk.
            ticks: Their numbers, from 0.
        """
        self._tasks += 1
        buffer = WindowBuffer(self._policy.window_size, _STEP_NS)
        goals = {} if self._words else self._images(Stopwatch())
        task = Task(self._tasks, self._words, goals)
        for number in ticks:
            watch = stopwatch if number > 0 else Stopwatch()
            now_ns = number * _STEP_NS
            buffer.add(Observation(now_ns, self._images(watch), np.zeros(7, np.float32)))
            watch.time('policy', partial(self._policy.infer, buffer.window(), task, now_ns))
            self._policy.prepare(buffer.next_history(_STEP_NS))

    def _images(self, watch: Stopwatch) -> dict[str, NDArray[np.uint8]]:
        """New ones of all cameras."""
        taken = {key: self._rng.integers(0, 256, _CAMERA, dtype=np.uint8) for key in self._sizes}

        def resized() -> dict[str, NDArray[np.uint8]]:
            return {key: lanczos3(taken[key], *size) for key, size in self._sizes.items()}

        return watch.time('resize', resized)


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
