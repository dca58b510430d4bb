# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is asked of the motion, the samples that leave it keep every limit."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.limits import Obstacle, Plane, TiltCone
from octo_ros.safety.limits.tilt import TiltLimit
from octo_ros.safety_codes import SafetyCode

TICKS = 300
SPEED = np.array([0.25, 0.25, 0.25, 1.0, 1.0, 1.0])


class Judge:
    """Recomputes all limits from the samples, with kinematics and world of its own."""

    def __init__(self, arm):
        self.arm, self.world = arm, arm.world()
        self.path = [arm.home] * 3

    def see(self, q):
        self.path.append(q.copy())

    def verdicts(self):
        """Largest excess over each limit; all must be about zero or below."""
        arm, limits, dt = self.arm, self.arm.limits, self.arm.dt
        path = np.array(self.path)
        positions, rotations = arm.kinematics.tcp_poses(path)
        moved = np.linalg.norm(np.diff(positions, axis=0), axis=1)
        relative = np.einsum('kij,kil->kjl', rotations[:-1], rotations[1:])
        cosine = 0.5 * (np.trace(relative, axis1=1, axis2=2) - 1.0)
        chord = np.linalg.norm(np.diff(rotations, axis=0), axis=(1, 2))
        turned = 2.0 * np.arcsin(np.clip(chord / np.sqrt(8.0), 0.0, 1.0))
        assert (np.abs(np.cos(turned) - cosine) < 1e-9).all()
        return {
            'finite': 0.0 if np.isfinite(path).all() else 1.0,
            'lower': (arm.lower - path).max(),
            'upper': (path - arm.upper).max(),
            'speed': (np.abs(np.diff(path, axis=0)) / dt - limits.velocity).max(),
            'acceleration': (np.abs(np.diff(path, 2, axis=0)) / dt**2 - limits.braking).max(),
            'jerk': (np.abs(np.diff(path, 3, axis=0)) / dt**3 - limits.jerk).max(),
            'linear': (moved / dt).max() - limits.linear_speed,
            'angular': (turned / dt).max() - limits.angular_speed,
            'below': (np.array(limits.workspace_min) - positions).max(),
            'above': (positions - limits.workspace_max).max(),
            'planes': max(
                [(p.offset - positions @ np.array(p.normal)).max() for p in limits.planes],
                default=0.0,
            ),
            'tilt': self._tilt(rotations),
            'room': -min(self.world.room(q) for q in path[::3]),
        }

    def _tilt(self, rotations):
        cone = self.arm.limits.tilt_cone
        if cone is None:
            return 0.0
        axes = rotations @ np.array(self.arm.model.approach_axis)
        return float(np.arccos(np.clip(axes @ np.array(cone.axis), -1, 1)).max()) - cone.half_angle

    def check(self):
        slack = {'acceleration': 1e-7, 'jerk': 1e-4, 'speed': 1e-9, 'tilt': 1e-7, 'room': 2e-6}
        for name, excess in self.verdicts().items():
            assert excess <= slack.get(name, 1e-9), (name, excess)


def run(arm, inputs, world=None):
    """Play inputs: a twist, joint velocities ('joints', v), or None to brake."""
    motion, judge, codes = arm.motion(world), Judge(arm), set()
    for given in inputs:
        if given is None:
            codes |= motion.brake()
        elif isinstance(given, tuple):
            codes |= motion.follow_joints(given[1])
        else:
            with np.errstate(all='ignore'):
                codes |= motion.follow(given)
        judge.see(motion.positions)
    while not motion.at_rest:
        codes |= motion.brake()
        judge.see(motion.positions)
    judge.check()
    return codes, judge


def held(random, make, ticks, low, high):
    """Values that stay for some ticks each."""
    while ticks > 0:
        value, count = make(random), int(random.integers(low, high))
        yield from [value] * min(count, ticks)
        ticks -= count


def persistent(random):
    direction = random.normal(size=6)
    return 1.5 * SPEED * direction / np.abs(direction).max()


def test_pushing_everywhere(arm):
    """Into walls, table, joint ends and singularities, for a while each."""
    random = np.random.default_rng(3)
    codes, _ = run(arm, held(random, persistent, TICKS, 120, 150))
    assert codes & {
        SafetyCode.LIMITED_BY_VERIFIED_STOP,
        SafetyCode.PROJECTED_ON_WORKSPACE,
        SafetyCode.LIMITED_BY_COLLISION,
        SafetyCode.LIMITED_BY_JOINT_POSITION,
        SafetyCode.LIMITED_BY_SINGULARITY,
    }
    assert not codes & {SafetyCode.STOP_OUTPUT, SafetyCode.STOP_SOLVER}


def test_shaking(arm):
    """A new direction in every tick or two, absurdly fast, with numbers without sense between."""
    random = np.random.default_rng(4)

    def make(random):
        kind = random.integers(0, 12)
        if kind == 0:
            return np.full(6, random.choice([np.nan, np.inf, -np.inf, 1e200]))
        if kind == 1:
            return None
        return SPEED * random.normal(size=6) * 10.0 ** random.uniform(-2, 4)

    codes, _ = run(arm, held(random, make, TICKS, 1, 4))
    assert SafetyCode.STOP_SOLVER in codes
    assert SafetyCode.STOP_OUTPUT not in codes


def test_reversing(arm):
    """A square wave, which always turns round at full acceleration."""
    random = np.random.default_rng(5)
    direction = persistent(random)
    codes, _ = run(arm, [direction * (1 if k // 13 % 2 else -1) for k in range(TICKS)])
    assert SafetyCode.STOP_OUTPUT not in codes


def test_joints_and_hand_by_turns(arm):
    random = np.random.default_rng(6)
    n = len(arm.home)

    def make(random):
        kind = random.integers(0, 5)
        if kind == 0:
            return None
        if kind < 3:
            return ('joints', random.uniform(-1.5, 1.5, n) * arm.limits.velocity)
        return persistent(random)

    codes, _ = run(arm, held(random, make, TICKS, 5, 40))
    assert SafetyCode.STOP_OUTPUT not in codes


def test_planes_and_cone_are_kept_too(arm):
    x, _, z = map(float, arm.kinematics.tcp_pose(arm.home).position)
    approach = arm.kinematics.tcp_pose(arm.home).rotation @ np.array(arm.model.approach_axis)
    plane = Plane(normal=(0.6, 0.0, 0.8), offset=0.6 * x + 0.8 * z - 0.03)
    cone = TiltCone(axis=tuple(map(float, approach / np.linalg.norm(approach))), half_angle=0.25)
    limited = arm.with_limits(planes=(plane,), tilt_cone=cone)
    inputs = [np.array([-0.2, 0.0, -0.2, 0.5, 0.5, 0.0])] * 150
    inputs += [np.array([0.0, 0.1, 0.0, -0.8, 0.3, 0.2])] * 100
    codes, judge = run(limited, inputs)
    assert SafetyCode.PROJECTED_ON_WORKSPACE in codes
    assert SafetyCode.LIMITED_BY_TILT in codes
    assert judge.verdicts()['planes'] > -2e-3  # it got there
    assert judge.verdicts()['tilt'] > -5e-2
    tilt = TiltLimit(cone, arm.model.approach_axis, arm.approach)
    assert tilt.angles(arm.kinematics.tcp_poses(np.array(judge.path))[1]).max() > 0.2


def test_an_obstacle_in_the_way_is_never_hit(arm):
    """The hand is sent straight through a box beside it, many times as fast as it may go."""
    x, y, z = map(float, arm.kinematics.tcp_pose(arm.home).position)
    box = Obstacle(name='box', size=(0.06, 0.06, 0.06), xyz=(x, y + 0.22, z), rpy=(0.2, 0.1, 0.4))
    limited = arm.with_collision(obstacles=(box,))
    codes, judge = run(limited, [np.array([0.0, 0.25, 0.0, 0.0, 0.0, 0.0])] * 250)
    assert SafetyCode.LIMITED_BY_COLLISION in codes
    assert -judge.verdicts()['room'] < 0.03  # it got there


@pytest.mark.parametrize('seed', range(3))
def test_any_moment_is_a_good_one_to_stop(franka, seed):
    """The samples of every stop, from many moments of one motion, keep every limit."""
    random = np.random.default_rng(10 + seed)
    twists = list(held(random, persistent, 80, 10, 40))
    for moment in range(3, 80, 11):
        run(franka, [*twists[:moment], *[None] * 40])
