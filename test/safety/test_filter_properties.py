# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What must hold for any input: judged from the sent joint positions alone, not with the filter's
own code.

The judge differentiates what was sent, twice, and recomputes the TCP with its own kinematics
object.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.geometry import rotation_vector_from_matrix
from octo_ros.robots.kinematics import Kinematics
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import Command, JointState

ROBOTS = ('widowx', 'franka', 'fr3', 'ur5', 'ur5e')
PERIOD_NS = 10_000_000
START_NS = 1_700_000_000_000_000_000
TICKS = 1200
BAD = (np.nan, np.inf, -np.inf, 1e300, -1e300, 1e18)


@dataclass
class Judge:
    """Watches what is sent; every method of it raises with the first violation."""

    embodiment: object
    kinematics: Kinematics
    positions: list = field(default_factory=list)
    tcps: list = field(default_factory=list)

    def start(self, q):
        self.positions = [np.array(q)] * 2
        self.tcps = [self.kinematics.tcp_pose(q)] * 2

    def see(self, sent):
        limits = self.embodiment.limits
        dt = 1.0 / self.embodiment.timing.control_rate
        q = np.array(sent.positions)
        assert np.isfinite([*q, *sent.velocities, sent.gripper]).all()
        assert 0.0 <= sent.gripper <= 1.0
        v, v_last = (q - self.positions[-1]) / dt, (self.positions[-1] - self.positions[-2]) / dt
        np.testing.assert_allclose(sent.velocities, v, atol=1e-9)
        margin = limits.position_margin - 1e-9
        assert (q >= np.array(limits.position_min) + margin).all()
        assert (q <= np.array(limits.position_max) - margin).all()
        assert (np.abs(v) <= np.array(limits.velocity) + 1e-9).all()
        assert (np.abs(v - v_last) <= np.array(limits.braking) * dt + 1e-9).all()
        tcp, last = self.kinematics.tcp_pose(q), self.tcps[-1]
        assert (tcp.position >= np.array(limits.workspace_min) - 1e-4).all(), tcp.position
        assert (tcp.position <= np.array(limits.workspace_max) + 1e-4).all(), tcp.position
        linear = np.linalg.norm(tcp.position - last.position) / dt
        angular = np.linalg.norm(rotation_vector_from_matrix(tcp.rotation @ last.rotation.T)) / dt
        assert linear <= limits.linear_speed * 1.01, linear
        assert angular <= limits.angular_speed * 1.01, angular
        self.positions.append(q)
        self.tcps.append(tcp)

    @property
    def speed(self):
        return float(np.abs(self.positions[-1] - self.positions[-2]).max())


class Adversary:
    """A 10 Hz stream that changes its manner every second or so."""

    MANNERS = ('walk', 'push', 'reverse', 'garbage', 'burst', 'disorder', 'silence', 'foreign')

    def __init__(self, embodiment, seed):
        self.embodiment = embodiment
        self.random = np.random.default_rng(seed)
        self.seq = 0
        self.tick = 0
        self._new_manner()

    def _new_manner(self):
        self.manner = str(
            self.random.choice(self.MANNERS, p=[0.2, 0.3, 0.15, 0.1, 0.08, 0.07, 0.05, 0.05])
        )
        self.left = int(self.random.integers(20, 250))
        self.push = self.random.normal(size=6)
        self.strength = float(self.random.choice([0.3, 1.0, 1.0, 2.0, 3.9]))

    def _command(self, now_ns, direction):
        limits = self.embodiment.limits
        self.seq += 1
        cap = 0.1 * self.strength
        moved, turned = direction[:3], direction[3:]
        turning = float(self.random.choice([0.0, 0.3, 1.0]))
        return Command(
            stamp_ns=now_ns - int(self.random.integers(0, 50_000_000)),
            seq=self.seq,
            frame_id=self.embodiment.base_frame,
            translation=moved / np.linalg.norm(moved) * cap * limits.linear_speed,
            rotation=turned / np.linalg.norm(turned) * cap * limits.angular_speed * turning,
            gripper=float(self.random.uniform()),
            duration=0.1,
        )

    def next(self, now_ns):
        self.tick += 1
        self.left -= 1
        if self.left <= 0:
            self._new_manner()
        due = self.tick % 10 == 0 or self.manner == 'burst'
        if not due or self.manner == 'silence':
            return None
        if self.manner == 'reverse':
            self.push = -self.push
        walk = self.manner == 'walk'
        command = self._command(now_ns, self.random.normal(size=6) if walk else self.push)
        return getattr(self, f'_{self.manner}', lambda c: c)(command)

    def _garbage(self, command):
        values = [*command.translation, *command.rotation, command.gripper, command.duration]
        values[self.random.integers(8)] = self.random.choice(BAD)
        return replace(
            command,
            translation=values[:3],
            rotation=values[3:6],
            gripper=values[6],
            duration=values[7],
        )

    def _disorder(self, command):
        shift = int(self.random.choice([-10, -1, 0, 1, 10])) * 100_000_000
        seq = command.seq + int(self.random.integers(-3, 3))
        return replace(command, stamp_ns=command.stamp_ns + shift, seq=seq)

    def _foreign(self, command):
        return replace(command, frame_id=str(self.random.choice(['', 'camera', command.frame_id])))


class Arm:
    """Follows perfectly, but its state is sometimes lost, broken or late."""

    def __init__(self, q, random):
        self.q = np.array(q)
        self.random = random
        self.trouble = 'none'
        self.left = 0

    def state(self, now_ns):
        if self.left <= 0 and self.random.uniform() < 0.005:
            self.trouble = str(self.random.choice(['lost', 'nan', 'short', 'late', 'off']))
            self.left = int(self.random.integers(1, 40))
        self.left -= 1
        trouble = self.trouble if self.left > 0 else 'none'
        q, stamp = np.array(self.q), now_ns
        if trouble == 'lost':
            return None
        if trouble == 'nan':
            q[0] = np.nan
        elif trouble == 'short':
            q = q[1:]
        elif trouble == 'late':
            stamp -= 300_000_000
        elif trouble == 'off':
            q += 0.2
        return JointState(stamp, q, np.zeros(len(q)), 0.5)


@pytest.fixture(scope='module')
def workshop():
    made = {}

    def get(name):
        if name not in made:
            embodiment = load_embodiment(name)
            made[name] = (
                embodiment,
                SafetyFilter.for_embodiment(embodiment),
                Kinematics.for_embodiment(embodiment),
            )
        return made[name]

    return get


def anywhere(embodiment, kinematics, random):
    """Joint positions inside their range, singular ones too, with the TCP inside the box."""
    limits = embodiment.limits
    lower = np.array(limits.position_min) + limits.position_margin
    upper = np.array(limits.position_max) - limits.position_margin
    while True:
        q = random.uniform(lower, upper)
        tcp = kinematics.tcp_pose(q).position
        if (tcp > limits.workspace_min).all() and (tcp < limits.workspace_max).all():
            return q


def start(workshop, name, q=None, now_ns=START_NS):
    embodiment, safety_filter, kinematics = workshop(name)
    q = np.array(embodiment.home) if q is None else q
    safety_filter.deactivate()
    safety_filter.reset(now_ns, JointState(now_ns, q, np.zeros(len(q)), 0.5))
    judge = Judge(embodiment, kinematics)
    judge.start(q)
    return embodiment, safety_filter, judge


@pytest.mark.parametrize('seed', [1, 2])
@pytest.mark.parametrize('name', ROBOTS)
def test_nothing_unsafe_leaves_whatever_comes_in(workshop, name, seed):
    random = np.random.default_rng(seed + 1000)
    embodiment, _, kinematics = workshop(name)
    q = anywhere(embodiment, kinematics, random) if seed % 2 else None
    embodiment, safety_filter, judge = start(workshop, name, q)
    adversary = Adversary(embodiment, seed)
    arm = Arm(judge.positions[-1], random)
    now_ns, states, gripper = START_NS, set(), 0.5
    for _ in range(TICKS):
        late = adversary.random.uniform() < 0.01
        now_ns += PERIOD_NS * int(adversary.random.integers(2, 12)) if late else PERIOD_NS
        command = adversary.next(now_ns)
        sent = safety_filter.tick(now_ns, command, arm.state(now_ns))
        states.add(sent.state)
        if sent.state is SafetyState.LATCHED and sent.code is SafetyCode.STOP_TRACKING:
            limits = embodiment.limits  # a wrong state, 'off' by 0.2 rad
            seen = np.clip(arm.q + 0.2, limits.position_min, limits.position_max)
            assert np.abs(sent.positions - seen).max() <= embodiment.tracking.max_joint_error
        else:
            judge.see(sent)
            arm.q = np.array(sent.positions)
        if sent.gripper != gripper:
            assert command is not None
            assert safety_filter.verdict.accepted
            assert sent.gripper == round(command.gripper)
        gripper = sent.gripper
        if sent.state is SafetyState.LATCHED:
            assert not sent.velocities.any()
            embodiment, safety_filter, judge = start(workshop, name, arm.q, now_ns)
            gripper = 0.5
    assert states >= {SafetyState.HOLD, SafetyState.RUN, SafetyState.STOPPING}


# Seconds from the last accepted command to rest: 0.25 s of silence, one tick, and the stop.
REST_WITHIN = {'franka': 0.45, 'fr3': 0.45, 'ur5': 0.65, 'ur5e': 0.65, 'widowx': 0.65}


@pytest.mark.parametrize('name', ROBOTS)
def test_after_the_last_command_it_is_at_rest_in_time_from_any_speed(workshop, name):
    random = np.random.default_rng(7)
    embodiment, _, kinematics = workshop(name)
    for k in range(6):
        q = anywhere(embodiment, kinematics, random) if k else None
        embodiment, safety_filter, judge = start(workshop, name, q)
        adversary = Adversary(embodiment, k)
        adversary.manner, adversary.left, adversary.strength = 'push', 10_000, 1.0
        now_ns, last_ns, fastest = START_NS, START_NS, 0.0
        for tick in range(int(random.integers(30, 150)) + 100):
            now_ns += PERIOD_NS
            command = adversary.next(now_ns) if tick < 100 else None
            state = JointState(now_ns, judge.positions[-1], np.zeros(len(judge.positions[-1])), 0)
            judge.see(safety_filter.tick(now_ns, command, state))
            fastest = max(fastest, judge.speed)
            if command is not None and safety_filter.verdict.accepted:
                last_ns = now_ns
            if (now_ns - last_ns) * 1e-9 >= REST_WITHIN[name]:
                assert judge.speed == 0.0
                assert safety_filter.state in (SafetyState.HOLD, SafetyState.LATCHED)
        assert fastest > 0.0


def gentle(k):
    """A smooth motion of 0.03 m/s and 0.1 rad/s at most, as (translation, rotation) per 0.1 s."""
    phase = 2 * np.pi * 0.02 * k
    return (
        0.003 * np.array([np.sin(phase), np.sin(2 * phase), -np.sin(phase)]),
        0.010 * np.array([0.0, 0.0, np.sin(phase)]),
    )


@pytest.mark.parametrize('name', ROBOTS)
def test_a_gentle_stream_passes_unchanged(workshop, name):
    embodiment, safety_filter, judge = start(workshop, name)
    target, now_ns = judge.tcps[-1], START_NS
    for tick in range(800):
        now_ns += PERIOD_NS
        command, step = None, tick % 10
        if step == 0:
            begin, (translation, rotation) = target, gentle(tick // 10)
            target = begin.displaced(translation, rotation)
            command = Command(now_ns, tick, embodiment.base_frame, translation, rotation, 1.0, 0.1)
        state = JointState(now_ns, judge.positions[-1], np.zeros(len(judge.positions[-1])), 0)
        judge.see(safety_filter.tick(now_ns, command, state))
        expected = begin.displaced(translation * (step + 1) / 10, rotation * (step + 1) / 10)
        moved, turned = judge.tcps[-1].displacement_to(expected)
        assert np.linalg.norm(moved) <= 1e-4
        assert np.linalg.norm(turned) <= 1e-3


@pytest.mark.parametrize('name', ROBOTS)
def test_equal_commands_give_a_constant_velocity_however_they_jitter(workshop, name):
    embodiment, safety_filter, judge = start(workshop, name)
    random = np.random.default_rng(3)
    now_ns, speeds = START_NS, []
    due = {10 * k + int(random.integers(0, 4)) for k in range(1, 10)} | {0}
    for tick in range(100):
        now_ns += PERIOD_NS
        step = (np.array([0.0, 0.006, 0.004]), np.array([0.0, 0.0, 0.02]))
        command = None
        if tick in due:
            command = Command(now_ns, tick, embodiment.base_frame, *step, 1.0, 0.1)
        state = JointState(now_ns, judge.positions[-1], np.zeros(len(judge.positions[-1])), 0)
        judge.see(safety_filter.tick(now_ns, command, state))
        speeds.append((judge.tcps[-1].position - judge.tcps[-2].position) * 100.0)
    steady = np.array(speeds[45:90])
    late = max(t % 10 for t in due)
    assert late <= 3
    np.testing.assert_allclose(steady, np.tile([0.0, 0.06, 0.04], (45, 1)), atol=1e-3)


def test_commands_for_no_displacement_move_nothing(workshop):
    for name in ROBOTS:
        embodiment, safety_filter, judge = start(workshop, name)
        now_ns, zero = START_NS, np.zeros(3)
        for tick in range(60):
            now_ns += PERIOD_NS
            command = None
            if tick % 10 == 0:
                command = Command(now_ns, tick, embodiment.base_frame, zero, zero, 1.0, 0.1)
            state = JointState(now_ns, judge.positions[0], np.zeros(len(judge.positions[0])), 0)
            judge.see(safety_filter.tick(now_ns, command, state))
        np.testing.assert_allclose(judge.positions[-1], judge.positions[0], atol=1e-12)


def test_the_same_input_gives_the_same_output(workshop):
    runs = []
    for _ in range(2):
        embodiment, safety_filter, judge = start(workshop, 'franka')
        adversary, now_ns = Adversary(embodiment, 11), START_NS
        for _ in range(300):
            now_ns += PERIOD_NS
            q = judge.positions[-1]
            state = JointState(now_ns, q, np.zeros(len(q)), 0.5)
            judge.see(safety_filter.tick(now_ns, adversary.next(now_ns), state))
        runs.append(np.array(judge.positions))
    np.testing.assert_array_equal(runs[0], runs[1])


@pytest.mark.parametrize('name', ROBOTS)
def test_a_start_outside_the_box_never_goes_farther_out(workshop, name):
    random = np.random.default_rng(5)
    embodiment, safety_filter, kinematics = workshop(name)
    limits = embodiment.limits
    lower, upper = np.array(limits.workspace_min), np.array(limits.workspace_max)
    q = np.array(embodiment.home)
    while True:  # a little way from home, until the TCP is outside
        tcp = kinematics.tcp_pose(q).position
        if (tcp < lower).any() or (tcp > upper).any():
            break
        q = q + random.normal(size=len(q)) * 0.1
        q = np.clip(q, np.add(limits.position_min, 0.2), np.subtract(limits.position_max, 0.2))
    safety_filter.deactivate()
    safety_filter.reset(START_NS, JointState(START_NS, q, np.zeros(len(q)), 0.5))
    lower, upper = np.minimum(lower, tcp), np.maximum(upper, tcp)
    adversary, now_ns = Adversary(embodiment, 5), START_NS
    for _ in range(600):
        now_ns += PERIOD_NS
        state = JointState(now_ns, q, np.zeros(len(q)), 0.5)
        q = np.array(safety_filter.tick(now_ns, adversary.next(now_ns), state).positions)
        tcp = kinematics.tcp_pose(q).position
        assert (tcp >= lower - 1e-4).all()
        assert (tcp <= upper + 1e-4).all()
