# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Each invariant is seen when it, and it alone, is broken; a good path breaks none."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from octo_ros.limits import Obstacle, Plane, TiltCone
from octo_ros.robots.model import load_robot_model
from octo_ros.safety.fuzz.invariants import Invariant
from octo_ros.safety.fuzz.judge import Judge
from octo_ros.safety.fuzz.record import NEVER, Record
from octo_ros.safety_codes import SafetyState

DT = 0.01
ELBOW, LAST = 3, 6  # joints of the Franka: one that moves the TCP, one that only turns it


def swing(joint, size, count=200, home=None):
    """There and back, to both sides, smoothly: shape (count, 7), rad."""
    path = np.tile(home, (count, 1))
    phase = np.linspace(0.0, 2 * np.pi, count)
    path[:, joint] += size * np.sin(phase) * np.sin(phase / 2) ** 2
    return path


def driven(joint, jerks, home):
    """What a jerk per tick [rad/s³] makes of one joint at rest, shape (len(jerks) + 1, 7), rad."""
    speed = np.cumsum(np.cumsum(jerks) * DT) * DT
    path = np.tile(home, (len(jerks) + 1, 1))
    path[1:, joint] += np.cumsum(speed) * DT
    return path


def rpy(rotation):
    pitch = np.arcsin(-rotation[2, 0])
    roll = np.arctan2(rotation[2, 1], rotation[2, 2])
    return roll, pitch, np.arctan2(rotation[1, 0], rotation[0, 0])


def record_of(judge, path):
    """A record of a filter in RUN that reports a path truly."""
    count, zeros = len(path), np.zeros(len(path), np.int64)
    tcp, rotation = judge.arm.tcp(judge.arm.frames(path))
    turns = [rpy(b @ a.T) for a, b in pairwise(rotation)]
    start = zeros.astype(bool)
    start[0] = True
    moving = np.full(count, int(SafetyState.RUN))
    return Record(
        start=start,
        tick=np.maximum(np.arange(count) - 1, 0),
        positions=path,
        velocities=np.vstack([np.zeros(path.shape[1]), np.diff(path, axis=0) / DT]),
        translations=np.vstack([np.zeros(3), np.diff(tcp, axis=0)]),
        rotations=np.vstack([np.zeros(3), turns]),
        gripper=np.full(count, 0.5),
        state=moving,
        accepted=start & False,
        fit=~start | start,
        stamps=np.full(count, 10**18),
        silence=zeros,
        locked=zeros - 1,
        still=start & False,
    )


def broken(judge, record):
    return {f.invariant for f in judge.judge(record) if len(f.violated)}


@pytest.fixture
def home(franka):
    return np.array(franka.home)


@pytest.fixture
def strict(franka):
    """Makes a judge of the Franka with other limits."""

    def make(collision=None, **limits):
        changed = replace(
            franka,
            limits=replace(franka.limits, **limits),
            collision=replace(franka.collision, **(collision or {})),
        )
        return Judge(changed, load_robot_model(franka))

    return make


def test_a_good_path_breaks_nothing_and_is_judged(judge, home):
    record = record_of(judge, swing(ELBOW, 0.1, home=home))
    findings = judge.judge(record)
    assert broken(judge, record) == set()
    judged = {f.invariant for f in findings if len(f.rows)}
    assert judged >= {
        Invariant.POSITION,
        Invariant.VELOCITY,
        Invariant.ACCELERATION,
        Invariant.JERK,
        Invariant.WORKSPACE,
        Invariant.LINEAR,
        Invariant.ANGULAR,
        Invariant.ITSELF,
        Invariant.TABLE,
        Invariant.FORM,
        Invariant.REPLAY,
        Invariant.GRIPPER,
    }


def test_position(judge, home, franka):
    home[LAST] = franka.limits.position_max[LAST] - franka.limits.position_margin - 0.005
    assert broken(judge, record_of(judge, swing(LAST, 0.01, home=home))) == {Invariant.POSITION}
    assert broken(judge, record_of(judge, swing(LAST, 0.004, home=home))) == set()


def test_a_start_inside_the_margin_may_only_come_back(judge, home, franka):
    end = franka.limits.position_max[LAST] - franka.limits.position_margin
    back = np.tile(home, (200, 1))
    back[:, LAST] = end + 0.02 - 0.04 * np.linspace(0.0, 1.0, 200) ** 4
    assert broken(judge, record_of(judge, back)) == set()
    there_again = np.concatenate([back[:150], back[150:100:-1]])
    assert Invariant.POSITION in broken(judge, record_of(judge, there_again))


def test_velocity(strict, home):
    judge = strict(angular_speed=1.5)
    jerks = [500.0] * 3 + [0.0] * 8 + [-500.0] * 3 + [0.0] * 5
    path = driven(LAST, jerks, home)
    top = np.diff(path[:, LAST]).max() / DT
    assert 1.305 < top < 1.5 * 1.305
    assert broken(judge, record_of(judge, path)) == {Invariant.VELOCITY, Invariant.ANGULAR} - (
        {Invariant.ANGULAR} if top <= 1.5 else set()
    )


def test_acceleration(judge, home):
    path = driven(LAST, [900.0] * 3 + [-900.0] * 3 + [0.0] * 3, home)
    assert broken(judge, record_of(judge, path)) == {Invariant.ACCELERATION}


def test_jerk(judge, home):
    path = driven(LAST, [1500.0, 0.0, -1500.0, 0.0], home)
    assert broken(judge, record_of(judge, path)) == {Invariant.JERK}
    assert broken(judge, record_of(judge, driven(LAST, [999.9, -999.9], home))) == set()


def test_workspace(judge, strict, home, franka):
    record = record_of(judge, swing(ELBOW, 0.05, home=home))
    tcp, _ = judge.arm.tcp(judge.arm.frames(record.positions))
    low, high = np.array(franka.limits.workspace_min), np.array(franka.limits.workspace_max)
    for axis in (0, 2):
        for corner, value in (('workspace_min', low), ('workspace_max', high)):
            wall = np.array(value)
            sign = 1.0 if corner == 'workspace_max' else -1.0
            wall[axis] = tcp[0, axis] + sign * 1e-4
            assert broken(strict(**{corner: tuple(wall)}), record) == {Invariant.WORKSPACE}
            wall[axis] = tcp[0, axis] + sign * 0.1
            assert broken(strict(**{corner: tuple(wall)}), record) == set()


def test_planes(judge, strict, home):
    record = record_of(judge, swing(ELBOW, 0.05, home=home))
    tcp, _ = judge.arm.tcp(judge.arm.frames(record.positions))
    normal = np.array([0.6, 0.0, 0.8])
    near = Plane(normal=tuple(normal), offset=float(normal @ tcp[0]) - 1e-4)
    assert broken(strict(planes=(near,)), record) == {Invariant.WORKSPACE}
    assert broken(strict(planes=(replace(near, offset=-1.0),)), record) == set()


def test_outside_from_the_start_it_may_go_no_farther(judge, strict, home):
    path = swing(ELBOW, 0.05, home=home)
    tcp, _ = judge.arm.tcp(judge.arm.frames(path))
    outside = strict(workspace_min=(float(tcp[0, 0]) + 0.05, -0.4, 0.03))
    assert broken(outside, record_of(judge, path)) == {Invariant.OUTSIDE}
    one_way = path[tcp[:, 0] >= tcp[0, 0]]
    assert Invariant.OUTSIDE not in broken(outside, record_of(judge, one_way))


def test_tilt(strict, home):
    path = swing(ELBOW, 0.05, home=home)
    for half_angle, expected in ((0.01, {Invariant.TILT}), (0.2, set())):
        judge = strict(tilt_cone=TiltCone(axis=(0.0, 0.0, -1.0), half_angle=half_angle))
        assert broken(judge, record_of(judge, path)) == expected


def test_tcp_speed(strict, home):
    path = swing(ELBOW, 0.1, home=home)
    slow, calm = strict(linear_speed=0.05), strict(angular_speed=0.05)
    assert broken(slow, record_of(slow, path)) == {Invariant.LINEAR}
    assert broken(calm, record_of(calm, path)) == {Invariant.ANGULAR}


def test_itself(judge, strict, home):
    record = record_of(judge, swing(ELBOW, 0.05, home=home))
    room = judge.clearance.own(judge.clearance.bodies(judge.arm.frames(record.positions)))
    nearer = np.flatnonzero(room.min(axis=0) < room[0] - 1e-4)
    assert len(nearer)
    # A clearance that the first of the pairs that get nearer just keeps at the start.
    keep = 0.02 + float(room[0, nearer].min()) - 1e-6
    assert broken(strict(collision={'self_clearance': keep}), record) == {Invariant.ITSELF}
    assert broken(strict(collision={'self_clearance': 1e-3}), record) == set()


def test_table(judge, strict, home):
    path = swing(ELBOW, 0.05, home=home)
    room = judge.clearance.of_table(judge.clearance.bodies(judge.arm.frames(path)))
    high = strict(collision={'table_height': float(room[0].min()) - 1e-4})
    assert broken(high, record_of(judge, path)) == {Invariant.TABLE}
    assert broken(strict(collision={'table_height': None}), record_of(judge, path)) == set()


def test_obstacles_count_only_while_they_stand(judge, home):
    record = record_of(judge, swing(ELBOW, 0.05, home=home))
    tcp, _ = judge.arm.tcp(judge.arm.frames(record.positions))
    # Of a box below the fingertips, which end 9 mm lower, and nearer to them than allowed later.
    top = tcp[0, 2] - 0.009 - 0.011
    box = Obstacle(name='box', size=(0.2, 0.2, 0.02), xyz=(tcp[0, 0], 0.0, top - 0.01))
    for interval, expected in (((0, 200), {Invariant.OBSTACLE}), ((0, 2), set())):
        standing = replace(record, obstacles=((box, *interval),))
        assert broken(judge, standing) == expected


@pytest.mark.parametrize(
    ('column', 'value'),
    [
        ('positions', np.nan),
        ('velocities', np.inf),
        ('velocities', 0.123),
        ('translations', np.nan),
        ('gripper', 1.01),
        ('gripper', np.nan),
    ],
)
def test_form(judge, home, column, value):
    record = record_of(judge, swing(ELBOW, 0.1, home=home))
    values = np.array(getattr(record, column))
    values[-1] = value
    assert Invariant.FORM in broken(judge, replace(record, **{column: values}))


def test_a_tick_that_failed(judge, home):
    record = record_of(judge, swing(ELBOW, 0.1, home=home))
    for tick in (5, 7000):
        (finding,) = (
            f
            for f in judge.judge(replace(record, malformed={tick: 'tick raised'}))
            if f.invariant is Invariant.FORM
        )
        assert len(finding.violated) == 1


def test_silence_and_locks(judge, home):
    record = record_of(judge, swing(ELBOW, 0.1, home=home))
    ticks = np.arange(len(record))
    still = record_of(judge, np.tile(home, (200, 1)))
    resting = replace(still, state=np.full(200, int(SafetyState.HOLD)))
    for column, invariant, bound in (
        ('silence', Invariant.SILENCE, 45),
        ('locked', Invariant.LOCK, 20),
    ):
        assert broken(judge, replace(record, **{column: ticks})) == {invariant}
        assert broken(judge, replace(record, **{column: np.minimum(ticks, bound - 1)})) == set()
        assert broken(judge, replace(resting, **{column: ticks})) == set()
        assert broken(judge, replace(still, **{column: ticks})) == {invariant}  # in RUN
    assert broken(judge, replace(record, silence=np.full(200, NEVER))) == {Invariant.SILENCE}


def test_latched(judge, home):
    latched = np.full(200, int(SafetyState.LATCHED))
    moving = record_of(judge, swing(ELBOW, 0.1, home=home))
    resting = record_of(judge, np.tile(home, (200, 1)))
    assert broken(judge, replace(moving, state=latched)) == {Invariant.LATCHED}
    assert broken(judge, replace(resting, state=latched)) == set()


def test_resets(judge, home):
    record = record_of(judge, np.tile(home, (9, 1)))
    assert broken(judge, replace(record, resets=((3, True),))) == set()
    assert broken(judge, replace(record, resets=((3, True), (4, False)))) == {Invariant.RESET}


def test_still(judge, home):
    record = record_of(judge, swing(ELBOW, 1e-7, home=home))
    assert broken(judge, replace(record, still=~record.start)) == {Invariant.STILL}
    assert broken(judge, record) == set()


def test_replay(judge, home):
    record = record_of(judge, swing(ELBOW, 0.1, home=home))
    for column in ('translations', 'rotations'):
        values = np.array(getattr(record, column))
        values[100, 1] += 1e-6
        assert broken(judge, replace(record, **{column: values})) == {Invariant.REPLAY}


def test_gripper(judge, home):
    record = record_of(judge, np.tile(home, (9, 1)))
    opening, accepted = np.array(record.gripper), np.array(record.accepted)
    opening[5:], accepted[5] = 1.0, True
    stopping = np.where(np.arange(9) == 5, int(SafetyState.STOPPING), record.state)
    flipped = replace(record, gripper=opening)
    assert broken(judge, flipped) == {Invariant.GRIPPER}
    stamps = record.stamps + np.cumsum(accepted)
    heard = replace(flipped, accepted=accepted, stamps=stamps)
    assert broken(judge, heard) == set()
    assert broken(judge, replace(heard, state=stopping)) == {Invariant.GRIPPER}


def test_order(judge, home):
    record = record_of(judge, np.tile(home, (9, 1)))
    accepted = np.array(record.accepted)
    accepted[[3, 5]] = True
    stamps = record.stamps + np.cumsum(accepted)
    good = replace(record, accepted=accepted, stamps=stamps)
    assert broken(judge, good) == set()
    again = np.array(stamps)
    again[5:] = again[4]
    assert broken(judge, replace(good, stamps=again)) == {Invariant.ORDER}
    unfit = np.array(record.fit)
    unfit[5] = False
    assert broken(judge, replace(good, fit=unfit)) == {Invariant.ORDER}


def test_a_restart_in_the_middle_is_no_motion(judge, home):
    first, second = swing(ELBOW, 0.1, home=home), swing(LAST, 0.1, home=home + 0.05)
    parts = [record_of(judge, path) for path in (first, second)]
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in Record.__dataclass_fields__
        if name not in ('obstacles', 'malformed', 'resets')
    }
    assert broken(judge, Record(**joined)) == set()
    seamless = replace(Record(**joined), start=np.arange(400) == 0)
    assert broken(judge, seamless) >= {Invariant.VELOCITY, Invariant.JERK, Invariant.REPLAY}


def test_legal_starts_are_those_with_room_everywhere(any_robot):
    embodiment, _, judge = any_robot
    home = np.array(embodiment.home)
    low = home.copy()
    low[0] = embodiment.limits.position_min[0]
    folded = home.copy()
    folded[ELBOW - 1 : ELBOW + 1] += 1.5
    found = judge.legal(np.array([home, low, folded]), 1e-3)
    np.testing.assert_array_equal(found, [home])
