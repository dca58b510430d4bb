# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The scripted expert as a policy: it looks at the simulator's truth instead of at pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import PolicyError
from octo_ros.policy.base import CacheCounts
from octo_ros.sim.expert import Expert
from octo_ros.sim.prediction import SentMotion
from octo_ros.sim.tasks import parse_instruction
from octo_ros.types import ActionChunk

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.sim.scene import Scene
    from octo_ros.types import ActionSpec, Observation, ObservationWindow, Task

PERIOD = 0.1  # s, one tick of the control loop
_MAX_AGE_NS = 500_000_000


class ScriptedPolicy:
    """Drives the simulated arm by script, for demonstrations and for testing everything else.

    The window's pictures are not used; only its stamp is.

    Args:
        embodiment: The robot.
        scene: Gives the newest scene, or None when there has been none.
    """

    def __init__(self, embodiment: Embodiment, scene: Callable[[], Scene | None]) -> None:
        self._spec = embodiment.action_spec(action_horizon=1, action_dt=PERIOD)
        self._latest_scene = scene
        self._expert = Expert(embodiment, PERIOD)
        self._sent = SentMotion(PERIOD)
        self._started: tuple[int, int] | None = None
        self._chunk_id = 0

    @property
    def spec(self) -> ActionSpec:
        """One displacement of 0.1 s in the base frame."""
        return self._spec

    @property
    def window_size(self) -> int:
        """One observation is enough."""
        return 1

    @property
    def notes(self) -> tuple[str, ...]:
        """What its user must know: this is no learned policy."""
        return ("A scripted expert acts on the simulator's truth; it does not look at images.",)

    @property
    def cache(self) -> CacheCounts:
        """Nothing is prepared, so nothing is found."""
        return CacheCounts()

    def warm_up(self) -> None:
        """Nothing to prepare."""

    def prepare_task(self, task: Task) -> None:
        """Words are understood when the scene is known."""
        del task

    def prepare(self, observations: Sequence[Observation], abandoned: Callable[[], bool]) -> bool:
        """The expert looks at the newest scene only."""
        del observations, abandoned
        return True

    def infer(self, window: ObservationWindow, task: Task, start_ns: int) -> ActionChunk:
        """The expert's next step.

        Args:
            window: Where the stamp of the chunk's observation comes from.
            task: Language that `parse_instruction` understands. A new `task_id`, or a reset of the
                simulator, starts the script anew.
            start_ns: When the step is to begin [ns], in the clock of the scene's stamps.

        Raises:
            PolicyError: There is no scene, it is older than 0.5 s, or the instruction means
                nothing here.
        """
        scene = self._fresh_scene(start_ns)
        episode = (task.task_id, scene.reset_count)
        if episode != self._started:
            colors = tuple(block.color for block in scene.blocks)
            sim_task = parse_instruction(task.language_instruction or '', colors)
            self._expert.start(sim_task, scene)
            self._sent = SentMotion(PERIOD)
            self._started = episode
        tcp = self._sent.ahead(scene.tcp_pose, scene.stamp_ns, start_ns)
        step = self._expert.step(scene, tcp)
        self._sent.add(start_ns, step.translation, step.rotation)
        self._chunk_id += 1
        return ActionChunk(
            np.array([[*step.translation, *step.rotation, step.gripper]]),
            self._spec,
            window.stamp_ns,
            start_ns,
            self._chunk_id,
            step.finished,
        )

    def _fresh_scene(self, now_ns: int) -> Scene:
        scene = self._latest_scene()
        if scene is None:
            msg = 'The scripted expert has seen no scene yet; is the simulator running?'
            raise PolicyError(msg)
        age = now_ns - scene.stamp_ns
        if age > _MAX_AGE_NS:
            msg = (
                f'The newest scene is {age / 1e9:.2f} s old; the scripted expert needs one of the'
                f' last {_MAX_AGE_NS / 1e9} s. Is the simulator still running, on the same clock?'
            )
            raise PolicyError(msg)
        return scene
