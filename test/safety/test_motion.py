# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint reference: following, braking along the verified stop, and what it reports."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.errors import SafetyError
from octo_ros.limits import Obstacle
from octo_ros.safety import motion as motion_module
from octo_ros.safety_codes import SafetyCode

ALONG_Y = np.array([0.0, 0.1, 0.0, 0.0, 0.0, 0.0])


def follow(motion, twist, ticks):
    codes = set()
    for _ in range(ticks):
        codes |= motion.follow(twist)
    return codes


def _unsolved(*args):
    del args


def brake(motion):
    """Brake until rest; the positions of each tick, the first included."""
    path = [motion.positions]
    while not motion.at_rest:
        assert motion.brake() == frozenset()
        path.append(motion.positions)
        assert len(path) < 100
    return np.array(path)


def test_it_starts_at_rest_at_home(arm):
    motion = arm.motion()
    assert motion.at_rest
    np.testing.assert_array_equal(motion.positions, arm.home)
    np.testing.assert_array_equal(motion.velocities, 0.0)
    assert motion.dt == arm.dt
    expected = arm.kinematics.tcp_pose(arm.home)
    np.testing.assert_array_equal(motion.tcp.position, expected.position)
    np.testing.assert_array_equal(motion.tcp.rotation, expected.rotation)
    assert motion.output_problem is None


def test_it_follows_a_twist_and_nothing_acts_once_it_is_under_way(arm):
    motion = arm.motion()
    wanted = 0.3 * ALONG_Y
    codes = follow(motion, wanted, 60)
    assert codes <= {SafetyCode.LIMITED_BY_ACCELERATION, SafetyCode.LIMITED_BY_SINGULARITY}
    before = motion.tcp
    motion.follow(wanted)
    moved, turned = before.displacement_to(motion.tcp)
    np.testing.assert_allclose(moved, wanted[:3] * arm.dt, atol=2e-5)
    np.testing.assert_allclose(turned, 0.0, atol=1e-4)


def test_the_tcp_is_always_that_of_the_positions(ur5e):
    motion = ur5e.motion()
    for _ in range(20):
        motion.follow(ALONG_Y)
        expected = ur5e.kinematics.tcp_pose(motion.positions)
        np.testing.assert_array_equal(motion.tcp.position, expected.position)
        np.testing.assert_array_equal(motion.tcp.rotation, expected.rotation)


def test_asking_for_nothing_moves_nothing(arm):
    motion = arm.motion()
    assert follow(motion, np.zeros(6), 5) == set()
    assert motion.at_rest
    np.testing.assert_array_equal(motion.positions, arm.home)
    for _ in range(3):
        assert motion.follow_joints(np.zeros(len(arm.home))) == frozenset()
    np.testing.assert_array_equal(motion.positions, arm.home)
    assert motion.brake() == frozenset()
    assert motion.at_rest


def test_asking_for_nothing_under_way_ends_in_exact_rest(arm):
    random = np.random.default_rng(0)
    for _ in range(6):
        motion = arm.motion()
        twist = random.uniform(-1.0, 1.0, 6) * [0.1, 0.1, 0.1, 0.3, 0.3, 0.3]
        follow(motion, twist, int(random.integers(1, 60)))
        for _ in range(90):
            motion.follow(np.zeros(6))
            if motion.at_rest:
                break
        assert motion.at_rest
        here = motion.positions
        follow(motion, np.zeros(6), 3)
        np.testing.assert_array_equal(motion.positions, here)


def test_one_tick_of_motion_can_be_stopped(arm):
    motion = arm.motion()
    motion.follow(ALONG_Y)
    assert not motion.at_rest
    path = brake(motion)
    assert len(path) <= 8
    assert motion.at_rest


def test_braking_follows_the_verified_stop_to_exact_rest_at_any_time(arm):
    random, motion = np.random.default_rng(1), arm.motion()
    stops = 0
    for _ in range(12):
        twist = random.uniform(-1.0, 1.0, 6) * [0.2, 0.2, 0.2, 0.8, 0.8, 0.8]
        follow(motion, twist, int(random.integers(1, 40)))
        promised = motion._stop.positions[motion._stopped :]
        path = brake(motion)
        rows = len(promised)
        np.testing.assert_array_equal(path[:rows], promised)
        np.testing.assert_array_equal(path[rows:], np.tile(promised[-1], (len(path) - rows, 1)))
        assert not motion.velocities.any()
        stops += rows > 5
    assert stops > 5


def test_a_stop_may_be_left_again(ur5e):
    """Brake a little, go on, brake: the reference stays smooth."""
    motion, path = ur5e.motion(), [ur5e.home] * 3
    for k in range(120):
        if k % 9 < 4:
            motion.brake()
        else:
            motion.follow(ALONG_Y)
        path.append(motion.positions)
    jerk = np.abs(np.diff(path, 3, axis=0)) / ur5e.dt**3
    assert (jerk <= np.array(ur5e.limits.jerk) + 1e-5).all()


def test_joints_are_followed_likewise(arm):
    motion = arm.motion()
    wanted = np.zeros(len(arm.home))
    wanted[0], wanted[-1] = 0.1, -0.2
    for _ in range(40):
        codes = motion.follow_joints(wanted)
    assert codes <= {SafetyCode.LIMITED_BY_ACCELERATION}
    np.testing.assert_allclose(motion.velocities, wanted, atol=2e-4)
    brake(motion)
    assert motion.at_rest


def test_joints_stop_at_the_end_of_their_range(arm):
    motion, last = arm.motion(), len(arm.home) - 1
    wanted = np.zeros(len(arm.home))
    wanted[last] = 0.9 * arm.limits.velocity[last]
    start = arm.home
    start[last] = arm.upper[last] - 0.4
    motion.rest_at(start)
    codes = set()
    for _ in range(300):
        codes |= motion.follow_joints(wanted)
        if motion.positions[last] > arm.upper[last] - 1e-4:
            break
    assert SafetyCode.LIMITED_BY_JOINT_POSITION in codes
    assert arm.upper[last] - 1e-3 < motion.positions[last] <= arm.upper[last] + 1e-12
    for _ in range(50):
        motion.follow_joints(-wanted)
    assert motion.positions[last] < arm.upper[last] - 0.05


def test_near_a_singularity_the_reason_is_told(ur5e):
    motion = ur5e.with_limits(workspace_max=(2.0, 2.0, 2.0)).motion()
    codes = follow(motion, np.array([0.2, 0.0, 0.15, 0.0, 0.0, 0.0]), 500)
    assert SafetyCode.LIMITED_BY_SINGULARITY in codes
    assert np.abs(motion.velocities).max() < 0.5


def test_it_can_start_anew_somewhere_else(ur5e):
    motion = ur5e.motion()
    follow(motion, ALONG_Y, 20)
    start = ur5e.home + 0.05
    motion.rest_at(start)
    start[:] = 0.0  # it keeps its own
    np.testing.assert_array_equal(motion.positions, ur5e.home + 0.05)
    assert motion.at_rest
    assert motion.report().stop_duration == 0.0
    with pytest.raises(ValueError, match='read-only'):
        motion.positions[0] = 1.0


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_it_refuses_to_rest_nowhere(ur5e, bad):
    motion = ur5e.motion()
    start = ur5e.home
    start[3] = bad
    with pytest.raises(SafetyError, match='every joint needs a finite angle'):
        motion.rest_at(start)
    np.testing.assert_array_equal(motion.positions, ur5e.home)


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf, 1e200])
def test_a_twist_without_sense_brakes(ur5e, bad):
    motion = ur5e.motion()
    follow(motion, ALONG_Y, 30)
    promised = motion._stop.positions[1]
    twist = ALONG_Y.copy()
    twist[4] = bad
    with np.errstate(all='ignore'):
        codes = motion.follow(twist)
        report = motion.report()
    assert np.isfinite(motion.positions).all()
    if not np.isfinite(bad):
        assert codes == {SafetyCode.STOP_SOLVER}
        np.testing.assert_array_equal(motion.positions, promised)
        assert report.angular_scale == 0.0
    assert 0.0 <= report.linear_scale <= 1.0
    brake(motion)


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_joint_velocities_without_sense_brake(ur5e, bad):
    motion = ur5e.motion()
    for _ in range(30):
        motion.follow_joints(np.full(6, 0.1))
    promised = motion._stop.positions[1]
    with np.errstate(all='ignore'):
        assert motion.follow_joints(np.array([0.1, bad, 0, 0, 0, 0])) == {SafetyCode.STOP_SOLVER}
    np.testing.assert_array_equal(motion.positions, promised)


@pytest.mark.parametrize('when', [0, 30])
def test_without_a_solution_it_brakes_and_says_so(ur5e, monkeypatch, when):
    motion = ur5e.motion()
    follow(motion, ALONG_Y, when)
    promised = motion._stop.positions
    monkeypatch.setattr(motion_module, 'solve', lambda *args: None)
    for k in range(1, 60):
        assert motion.follow(ALONG_Y) == {SafetyCode.STOP_SOLVER}
        expected = promised[min(k, len(promised) - 1)]
        np.testing.assert_array_equal(motion.positions, expected)
    assert motion.at_rest


def test_without_a_second_solution_it_brakes_too(ur5e, monkeypatch):
    """The first solves, and is too fast; the cut one fails."""
    motion = ur5e.motion()
    follow(motion, ALONG_Y, 30)
    promised = motion._stop.positions[1]
    answers = iter([motion_module.solve, _unsolved])

    def solve(*args):
        return next(answers)(*args)

    monkeypatch.setattr(motion_module, 'solve', solve)
    cut = motion._rules.tcp_speed.constraint(motion._configuration())
    monkeypatch.setattr(motion._rules.tcp_speed, 'excess', lambda *args: cut)
    assert motion.follow(ALONG_Y) == {SafetyCode.STOP_SOLVER}
    np.testing.assert_array_equal(motion.positions, promised)


def test_with_too_many_cuts_it_goes_on_and_without_the_last_it_brakes(ur5e, monkeypatch):
    for solutions, stopped in ((4, False), (3, True)):
        motion = ur5e.motion()
        follow(motion, ALONG_Y, 30)
        with monkeypatch.context() as patch:
            solve = motion_module.solve
            answers = iter([solve] * solutions)
            patch.setattr(
                motion_module,
                'solve',
                lambda *args, answers=answers: next(answers, _unsolved)(*args),
            )
            cut = motion._rules.tcp_speed.constraint(motion._configuration())
            patch.setattr(motion._rules.tcp_speed, 'excess', lambda *args, cut=cut: cut)
            codes = motion.follow(ALONG_Y)
        assert (SafetyCode.STOP_SOLVER in codes) == stopped


def test_creeping_is_as_good_as_rest(ur5e):
    motion = ur5e.motion()
    assert motion.calm
    follow(motion, ALONG_Y, 10)
    assert not motion.calm
    brake(motion)
    assert motion.calm


@pytest.mark.parametrize('part', ['_profile', '_planner'])
def test_without_a_profile_or_a_stop_it_brakes(ur5e, monkeypatch, part):
    motion = ur5e.motion()
    follow(motion, ALONG_Y, 30)
    promised = motion._stop.positions[1]
    monkeypatch.setattr(getattr(motion, part), 'plan', lambda *args: None)
    assert motion.follow(ALONG_Y) == {SafetyCode.STOP_SOLVER}
    np.testing.assert_array_equal(motion.positions, promised)


def test_a_step_that_could_not_be_stopped_is_not_made(ur5e, monkeypatch):
    motion = ur5e.motion()
    follow(motion, ALONG_Y, 30)
    promised = motion._stop.positions
    monkeypatch.setattr(
        motion._rules.verification, 'problem', lambda *args: SafetyCode.LIMITED_BY_COLLISION
    )
    for k in range(1, 60):
        assert SafetyCode.LIMITED_BY_VERIFIED_STOP in motion.follow(ALONG_Y)
        np.testing.assert_array_equal(motion.positions, promised[min(k, len(promised) - 1)])
    assert motion.at_rest


@pytest.mark.parametrize('way', ['follow', 'brake'])
def test_what_fails_the_last_check_is_not_made(ur5e, monkeypatch, way):
    motion = ur5e.motion()
    follow(motion, ALONG_Y, 30)
    here = motion.positions
    monkeypatch.setattr(motion._output, 'problem', lambda *args: 'It is Monday.')
    codes = motion.follow(ALONG_Y) if way == 'follow' else motion.brake()
    assert SafetyCode.STOP_OUTPUT in codes
    assert motion.output_problem == 'It is Monday.'
    np.testing.assert_array_equal(motion.positions, here)
    assert motion.at_rest
    assert motion.brake() == frozenset()
    assert motion.output_problem == 'It is Monday.'
    motion.rest_at(here)
    assert motion.output_problem is None


def test_the_last_check_sees_what_is_sent(ur5e, monkeypatch):
    motion, seen = ur5e.motion(), []
    check = motion._output.problem
    monkeypatch.setattr(motion._output, 'problem', lambda *args: seen.append(args) or check(*args))
    path = [ur5e.home] * 3
    for _ in range(15):
        motion.follow(ALONG_Y)
        path.append(motion.positions)
    for k, (q, v, a, last) in enumerate(seen, start=3):
        np.testing.assert_array_equal(q, path[k])
        np.testing.assert_allclose(v, (path[k] - path[k - 1]) / ur5e.dt)
        np.testing.assert_allclose(
            a, (path[k] - 2 * path[k - 1] + path[k - 2]) / ur5e.dt**2, atol=1e-8
        )
        np.testing.assert_allclose(
            last, (path[k - 1] - 2 * path[k - 2] + path[k - 3]) / ur5e.dt**2, atol=1e-8
        )
    assert len(seen) == 15


def test_the_same_input_gives_the_same_motion(arm):
    random = np.random.default_rng(2)
    twists = random.uniform(-1.0, 1.0, (60, 6)) * [0.3, 0.3, 0.3, 1.0, 1.0, 1.0]
    paths = []
    for _ in range(2):
        motion = arm.motion()
        path = []
        for k, twist in enumerate(twists):
            motion.brake() if k % 20 > 15 else motion.follow(twists[k - k % 20] + 0 * twist)
            path.append(motion.positions)
        paths.append(path)
    np.testing.assert_array_equal(*paths)


def test_asking_for_a_report_changes_nothing(ur5e):
    motions = ur5e.motion(), ur5e.motion()
    for k in range(60):
        for motion in motions:
            motion.follow(ALONG_Y) if k < 40 else motion.brake()
        motions[0].report()
        assert motions[0].stop_is_clear()
        np.testing.assert_array_equal(motions[0].positions, motions[1].positions)


def test_the_report_at_rest(arm):
    world = arm.world()
    motion = arm.motion(world)
    report = motion.report()
    assert report.linear_scale == 1.0
    assert report.angular_scale == 1.0
    assert report.stop_duration == 0.0
    np.testing.assert_allclose(report.stop_path, motion.tcp.position[None])
    margin = min((arm.home - arm.lower).min(), (arm.upper - arm.home).min())
    assert report.joint_margin == pytest.approx(margin)
    length = arm.limits.singularity.length
    jacobian = arm.kinematics.jacobian(arm.home)
    jacobian[3:] *= length
    smallest = np.linalg.svd(jacobian, compute_uv=False)[-1]
    assert report.smallest_singular_value == pytest.approx(smallest)
    nearest = world.nearest(arm.home)
    assert (report.nearest.first, report.nearest.second) == (nearest.first, nearest.second)
    assert report.nearest.distance == pytest.approx(nearest.distance)


def test_the_report_under_way(ur5e):
    motion = ur5e.motion()
    follow(motion, ALONG_Y, 60)
    report = motion.report()
    assert report.linear_scale == pytest.approx(1.0, abs=0.01)
    assert report.angular_scale == 1.0  # none was wanted
    path = [motion.tcp.position]
    while not motion.at_rest:
        motion.brake()
        path.append(motion.tcp.position)
        rest = motion.report()
        assert rest.stop_duration <= report.stop_duration
    np.testing.assert_allclose(path[: len(report.stop_path)], report.stop_path, atol=1e-12)
    assert report.stop_duration == pytest.approx((len(report.stop_path) - 1) * ur5e.dt)
    assert motion.report().stop_duration == 0.0


def test_the_report_tells_how_much_of_the_wanted_is_done(ur5e):
    motion = ur5e.motion()
    follow(motion, np.array([0.5, 0.0, 0.0, 0.0, 0.0, 0.0]), 30)
    wall = ur5e.with_limits(workspace_max=(float(motion.tcp.position[0]) + 0.01, 0.4, 0.7))
    motion = wall.motion()
    follow(motion, np.array([0.2, 0.0, 0.0, 0.0, 0.2, 0.0]), 400)
    report = motion.report()
    assert report.linear_scale < 0.01
    motion = ur5e.motion()
    motion.follow(ALONG_Y)
    assert 0.0 < motion.report().linear_scale < 0.2
    motion.follow(-ALONG_Y)
    assert motion.report().linear_scale == 0.0


def test_outside_the_range_the_margin_is_negative(ur5e):
    motion = ur5e.motion()
    start = ur5e.home
    start[5] = ur5e.upper[5] + 0.05
    motion.rest_at(start)
    assert motion.report().joint_margin == pytest.approx(-0.05)


def test_an_obstacle_in_the_way_of_the_stop_is_seen(ur5e):
    world = ur5e.world()
    motion = ur5e.motion(world)
    follow(motion, 2.0 * ALONG_Y, 60)
    assert motion.stop_is_clear()
    end = motion.report().stop_path[-1]
    world.add(
        Obstacle(
            name='hand',
            size=(0.02, 0.02, 0.02),
            xyz=(float(end[0]), float(end[1]) + 0.06, float(end[2])),
        )
    )
    assert not motion.stop_is_clear()
    world.remove('hand')
    assert motion.stop_is_clear()


def test_an_obstacle_far_away_changes_nothing(ur5e):
    worlds = ur5e.world(), ur5e.world()
    worlds[1].add(Obstacle(name='far', size=(0.1, 0.1, 0.1), xyz=(-2.0, -2.0, 0.5)))
    motions = [ur5e.motion(world) for world in worlds]
    for _ in range(40):
        for motion in motions:
            motion.follow(ALONG_Y)
    np.testing.assert_allclose(motions[0].positions, motions[1].positions, atol=1e-12)


def test_an_obstacle_that_appears_too_near_can_be_left(ur5e):
    """Nothing nearer is allowed, everything away from it is."""
    world = ur5e.world()
    motion = ur5e.motion(world)
    x, y, z = map(float, motion.tcp.position)
    world.add(Obstacle(name='wall', size=(0.6, 0.02, 0.6), xyz=(x, y + 0.06, z)))
    room = world.room(motion.positions)
    assert room < 0.0
    follow(motion, ALONG_Y, 100)
    assert world.room(motion.positions) >= room - 1e-6
    for _ in range(250):
        motion.follow(-ALONG_Y)
    assert world.room(motion.positions) > 0.0
