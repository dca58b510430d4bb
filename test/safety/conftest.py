# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the safety filter share: a blameless command, and robots read once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from octo_ros.embodiment import Embodiment, load_embodiment, robot_names
from octo_ros.robots.kinematics import Kinematics
from octo_ros.robots.model import RobotModel, load_robot_model
from octo_ros.safety.approach import Approach
from octo_ros.safety.collision.world import CollisionWorld
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety.motion import Motion
from octo_ros.safety.verdict import CommandContext
from octo_ros.types import Command, JointCommand, JointState, Locks

NOW = 1_700_000_000_000_000_000
PERIOD = 10_000_000
ROBOTS = ('widowx', 'franka', 'fr3', 'ur5', 'ur5e')
STEP = (0.0, 0.01, 0.0)

robot = cache(load_embodiment)


@cache
def _kinematics(name):
    return Kinematics.for_embodiment(robot(name))


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def embodiment():
    return robot('ur5e')


@pytest.fixture
def kinematics():
    return _kinematics('ur5e')


@pytest.fixture
def command():
    """Makes a good command for the UR5e; keyword arguments make it worse."""

    def make(**changes):
        values = {
            'stamp_ns': NOW,
            'seq': 1,
            'frame_id': 'base_link',
            'translation': np.array([0.005, 0.0, -0.01]),
            'rotation': np.array([0.0, 0.02, 0.01]),
            'gripper': 0.4,
            'duration': 0.1,
        }
        return Command(**{**values, **changes})

    return make


@pytest.fixture
def context():
    def make(**changes):
        values = {
            'now_ns': NOW,
            'last_stamp_ns': 0,
            'last_seq': None,
            'backlog': 0.0,
            'budget': 1.0,
            'joint_goal': np.zeros(6),
            'busy_with': None,
        }
        return CommandContext(**{**values, **changes})

    return make


@pytest.fixture
def resting():
    """Makes the joint state of an arm at rest."""

    def make(q, stamp_ns=NOW, gripper=0.5):
        return JointState(stamp_ns, np.array(q), np.zeros(len(q)), gripper)

    return make


@pytest.fixture
def joint_command():
    """Makes a good joint command for the UR5e; keyword arguments make it worse."""

    def make(**changes):
        values = {
            'stamp_ns': NOW,
            'seq': 1,
            'joint_names': robot('ur5e').joints,
            'positions': np.zeros(6),
            'gripper': 0.4,
            'duration': 0.1,
        }
        return JointCommand(**{**values, **changes})

    return make


class Bench:
    """A filter, a clock, and an arm that follows unless it is held.

    Attributes:
        held: The arm stays where it is.
        locks: What every reset and every tick is told.
    """

    def __init__(self, name='ur5e', **overrides):
        self.embodiment = load_embodiment(name, overrides)
        self.filter = SafetyFilter.for_embodiment(self.embodiment)
        self.now = NOW
        self.q = np.array(self.embodiment.home)
        self.seq = 0
        self.held = False
        self.locks = Locks()
        self.reset()

    def reset(self):
        self.filter.reset(self.now, self.measured(), self.locks)

    def measured(self):
        return JointState(self.now, self.q, np.zeros(len(self.q)), 0.5)

    def command(self, translation=STEP, **changes):
        self.seq += 1
        values = {
            'stamp_ns': self.now,
            'seq': self.seq,
            'frame_id': self.embodiment.base_frame,
            'translation': translation,
            'rotation': np.zeros(3),
            'gripper': 0.5,
            'duration': 0.1,
        }
        return Command(**{**values, **changes})

    def joint_command(self, positions, **changes):
        self.seq += 1
        values = {
            'stamp_ns': self.now,
            'seq': self.seq,
            'joint_names': self.embodiment.joints,
            'positions': positions,
            'gripper': 0.5,
            'duration': 0.1,
        }
        return JointCommand(**{**values, **changes})

    def tick(self, command=None, state='measured', periods=1, **locks):
        """`command` may be a function of the bench, called when the clock has moved on."""
        self.now += periods * PERIOD
        command = command(self) if callable(command) else command
        state = self.measured() if isinstance(state, str) else state
        told = Locks(**locks) if locks else self.locks
        sent = self.filter.tick(self.now, command, state, told)
        if not self.held:
            self.q = np.array(sent.positions)
        return sent

    def ticks(self, count, **how):
        """What was sent in `count` ticks without a command."""
        return [self.tick(**how) for _ in range(count)]

    def stream(self, ticks, every=10, how=None, **changes):
        """Commands every so many ticks; returns what was sent."""
        return [
            self.tick((lambda b: b.command(**changes)) if k % every == 0 else None, **(how or {}))
            for k in range(ticks)
        ]

    def until(self, state, command=None, most=100):
        """Tick until the filter is in `state`; returns what was sent."""
        sent = [self.tick(command)]
        while sent[-1].state is not state:
            sent.append(self.tick(command))
            assert len(sent) < most
        return sent

    def pushed(self, joint, by):
        """Somebody moves a joint of the arm and keeps hold of it."""
        self.held = True
        self.q = self.q + by * np.eye(len(self.q))[joint]

    def guided(self, joint, by, speed=1.0, **how):
        """Likewise, tick by tick at `speed` [rad/s], as a hand does it; returns what was sent."""
        ticks = int(np.ceil(abs(by) / (speed * PERIOD * 1e-9)))
        sent = []
        for _ in range(ticks):
            self.pushed(joint, by / ticks)
            sent.append(self.tick(**how))
        return sent

    def wrong(self, by, joint=0):
        """A joint state as it comes with the next tick, wrong in one joint."""
        q = self.q + by * np.eye(len(self.q))[joint]
        return JointState(self.now + PERIOD, q, np.zeros(len(q)), 0.5)


@pytest.fixture(scope='session')
def bench_of():
    return Bench


@pytest.fixture
def bench():
    return Bench()


@pytest.fixture(params=ROBOTS)
def each(request):
    return Bench(request.param)


@dataclass(frozen=True)
class Arm:
    """One robot, and what the parts of the motion core need of it."""

    embodiment: Embodiment
    kinematics: Kinematics
    model: RobotModel

    @property
    def limits(self):
        return self.embodiment.limits

    @property
    def home(self):
        return np.array(self.embodiment.home)

    @property
    def dt(self):
        return 1.0 / self.embodiment.timing.control_rate

    @property
    def approach(self):
        return Approach.for_limits(self.limits, self.dt)

    @property
    def lower(self):
        return np.add(self.limits.position_min, self.limits.position_margin)

    @property
    def upper(self):
        return np.subtract(self.limits.position_max, self.limits.position_margin)

    def anywhere(self, random):
        return random.uniform(self.lower, self.upper)

    def with_limits(self, **changes):
        limits = replace(self.limits, **changes)
        return Arm(replace(self.embodiment, limits=limits), self.kinematics, self.model)

    def with_collision(self, **changes):
        collision = replace(self.embodiment.collision, **changes)
        return Arm(replace(self.embodiment, collision=collision), self.kinematics, self.model)

    def world(self):
        return CollisionWorld(self.embodiment.collision, self.model, self.kinematics)

    def motion(self, world=None):
        return Motion(self.embodiment, self.kinematics, world or self.world())

    def configuration(self, positions, velocities=None, contacts=()):
        q = np.array(positions)
        v = np.zeros(len(q)) if velocities is None else velocities
        pose, jacobian = self.kinematics.tcp_pose(q), self.kinematics.jacobian(q)
        return Configuration(q, v, pose, jacobian, tuple(contacts))


@cache
def _arm(name):
    return Arm(robot(name), _kinematics(name), load_robot_model(robot(name)))


@pytest.fixture(params=robot_names())
def arm(request):
    """Each of the robots."""
    return _arm(request.param)


@pytest.fixture
def ur5e():
    return _arm('ur5e')


@pytest.fixture
def franka():
    return _arm('franka')
