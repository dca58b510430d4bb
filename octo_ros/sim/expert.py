# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The scripted expert: knows where everything is and says how to move next.

Each task is written as a script, a generator of goals; it looks at the newest scene between two
goals, so that it follows a block that moves and tries again when a grasp fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose, readonly, rotation_vector_from_matrix
from octo_ros.robots.kinematics import Kinematics
from octo_ros.sim.grasping import GraspPlanner
from octo_ros.sim.motion import Pace, SmoothMotion
from octo_ros.sim.tasks import TaskKind

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.sim.scene import Scene
    from octo_ros.sim.tasks import SimTask

_LINEAR = Pace(0.18, 0.5)  # m/s, m/s²: brisk, but nothing that has to be shortened
_ANGULAR = Pace(0.8, 1.0)  # rad/s, rad/s²
_SHARE = 0.6  # of what the joints can do at home, which leaves them a reserve elsewhere
_REACH_OFFSET = 0.012  # m above a block's centre when it is only to be reached
_ARRIVED = (0.004, 0.03)  # m, rad
_PATIENCE = 8.0  # s for one motion, before the script goes on and looks again
_DWELL = 0.4  # s for the fingers to press or to let go
_OPEN, _CLOSED = 1.0, 0.0


@dataclass(frozen=True)
class Goal:
    """Where the TCP is to go, and the opening of the gripper meanwhile."""

    pose: Pose
    gripper: float


@dataclass(frozen=True)
class ExpertStep:
    """What to do in the next control period.

    Attributes:
        translation: Shape (3,), m, base axes.
        rotation: Shape (3,), rad, extrinsic rpy, base axes.
        gripper: Opening, 0 closed .. 1 open.
        finished: The script has come to its end; the step only holds still.
    """

    translation: Array
    rotation: Array
    gripper: float
    finished: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, 'translation', readonly(self.translation, (3,)))
        object.__setattr__(self, 'rotation', readonly(self.rotation, (3,)))


Script = Iterator[Goal]


def paces(limits: Limits, jacobian: Array) -> tuple[Pace, Pace]:
    """How fast to move and to turn the TCP, so that no joint comes near its limits.

    Args:
        limits: What the joints may do.
        jacobian: Shape (6, n), at home. Its pseudo-inverse says how fast each joint moves for the
            worst direction of the TCP's motion.
    """
    inverse = np.linalg.pinv(jacobian)
    result = []
    for pace, columns in ((_LINEAR, inverse[:, :3]), (_ANGULAR, inverse[:, 3:])):
        need = np.linalg.norm(columns, axis=1)  # rad/s per m/s or rad/s
        speed = _SHARE * float(np.min(limits.velocity / need))
        acceleration = _SHARE * float(np.min(limits.acceleration / need))
        result.append(Pace(min(pace.speed, speed), min(pace.acceleration, acceleration)))
    return result[0], result[1]


class Expert:
    """Carries out one task at a time.

    Args:
        embodiment: The robot.
        period: Duration of a step [s].
    """

    def __init__(self, embodiment: Embodiment, period: float) -> None:
        kinematics = Kinematics.for_embodiment(embodiment)
        self._period = period
        self._plan = GraspPlanner(embodiment, kinematics)
        self._paces = paces(embodiment.limits, kinematics.jacobian(np.array(embodiment.home)))
        self._script: Script = iter(())
        self._goal: Goal
        self._scene: Scene

    def start(self, task: SimTask, scene: Scene) -> None:
        """Begin a task; whatever was going on is dropped.

        Raises:
            UnknownNameError: The scene has no block of that colour.
        """
        scene.block(task.color)
        scripts: dict[TaskKind, Callable[[str], Script]] = {
            TaskKind.REACH: self._reach,
            TaskKind.PICK_UP: self._pick_up,
            TaskKind.PUT_IN_BIN: self._put_in_bin,
        }
        self._script = scripts[task.kind](task.color)
        self._goal = Goal(scene.tcp_pose, scene.gripper_opening)
        self._motion = SmoothMotion(*self._paces, self._period)

    def step(self, scene: Scene, tcp: Pose) -> ExpertStep:
        """The next displacement of the task that was started.

        Args:
            scene: The newest truth, on which the script decides.
            tcp: Where the TCP will be when this step begins, in the base frame.
        """
        self._scene = scene
        goal = next(self._script, None)
        finished = goal is None
        self._goal = goal or self._goal
        translation, rotation = self._motion.step(tcp, self._goal.pose)
        return ExpertStep(translation, rotation, self._goal.gripper, finished)

    # Scripts of the tasks.

    def _reach(self, color: str) -> Script:
        yield from self._empty_hand()
        yield from self._go_around(color, _REACH_OFFSET)
        yield from self._hold(_OPEN)

    def _pick_up(self, color: str) -> Script:
        while not self._lifted(color):
            yield from self._empty_hand()
            yield from self._go_around(color)
            yield from self._hold(_CLOSED)
            yield from self._go_up(_CLOSED)
        yield from self._go_up(_CLOSED)

    def _put_in_bin(self, color: str) -> Script:
        while self._lifted(color) or not self._is_in_bin(color):
            yield from self._pick_up(color)
            above = self._plan.above_bin(self._scene, color)
            yield from self._go_to(above, _CLOSED)
            yield from self._go_to(self._plan.drop(self._scene, color, above), _CLOSED)
            yield from self._hold(_OPEN)
            yield from self._go_up(_OPEN)

    # Their parts.

    def _empty_hand(self) -> Script:
        """Let go of whatever is in the gripper, setting it down first."""
        for block in self._scene.blocks:
            if self._plan.lifted(self._scene, block):
                yield from self._go_to(self._plan.set_down(self._scene, block), _CLOSED)
        if self._scene.gripper_opening < 0.9 * _OPEN:
            yield from self._hold(_OPEN)

    def _go_around(self, color: str, offset: float = 0.0) -> Script:
        """With open fingers around the block: up if need be, over it, turned to it, down."""
        if self._scene.tcp_pose.position[2] < self._plan.travel_height(self._scene) - 0.01:
            yield from self._go_up(_OPEN)
        yaw = self._plan.yaw_for(self._scene.block(color))
        yield from self._follow(lambda: self._plan.above_block(self._scene, color, yaw), _OPEN)
        yaw = self._plan.yaw_for(self._scene.block(color))
        yield from self._follow(
            lambda: self._plan.at_block(self._scene.block(color), yaw, offset), _OPEN
        )

    def _go_up(self, gripper: float) -> Script:
        """Straight up from the last goal to the travelling height."""
        x, y, z = self._goal.pose.position
        height = max(z, self._plan.travel_height(self._scene))
        yield from self._go_to(Pose(np.array([x, y, height]), self._goal.pose.rotation), gripper)

    def _go_to(self, pose: Pose, gripper: float) -> Script:
        return self._follow(lambda: pose, gripper)

    def _follow(self, pose: Callable[[], Pose], gripper: float) -> Script:
        """Move until the TCP is at a pose, which may itself move, or patience ends."""
        for _ in range(round(_PATIENCE / self._period)):
            goal = pose()
            if self._is_at(goal):
                return
            yield Goal(goal, gripper)

    def _hold(self, gripper: float) -> Script:
        """Stay where the last goal was until the fingers have stood still for a while."""
        pose = self._goal.pose
        still, before = 0.0, np.inf
        while still < _DWELL:
            yield Goal(pose, gripper)
            moved = abs(self._scene.gripper_opening - before) > 0.005
            still = 0.0 if moved else still + self._period
            before = self._scene.gripper_opening

    # What they look at.

    def _is_at(self, goal: Pose) -> bool:
        here = self._scene.tcp_pose
        turn = np.linalg.norm(rotation_vector_from_matrix(goal.rotation @ here.rotation.T))
        distance = np.linalg.norm(goal.position - here.position)
        return bool(distance < _ARRIVED[0] and turn < _ARRIVED[1])

    def _lifted(self, color: str) -> bool:
        return self._plan.lifted(self._scene, self._scene.block(color))

    def _is_in_bin(self, color: str) -> bool:
        return self._scene.bin.holds(self._scene.block(color).pose.position)
