# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Each manner does what it promises."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from octo_ros.safety.fuzz.abuse_manners import (
    AbsurdStamps,
    Disorder,
    Durations,
    Foreign,
    Garbage,
    Gripper,
    OnlyGarbage,
    Outlier,
    Wrap,
)
from octo_ros.safety.fuzz.adversary import MANNERS
from octo_ros.safety.fuzz.joint_manners import (
    JointFar,
    JointGarbage,
    JointPush,
    JointReverse,
    JointWalk,
)
from octo_ros.safety.fuzz.manners import (
    Burst,
    FastShort,
    Gentle,
    Nothing,
    Push,
    PushAlongAxis,
    Reverse,
    Silence,
    Slow,
    Stutter,
    Tiny,
    Turn,
    Walk,
)
from octo_ros.safety.fuzz.writer import Moment, Writer

PERIOD_NS = 10_000_000


@pytest.fixture
def stream(franka):
    """Makes the commands of some ticks of a manner: (tick, time, command) of each."""

    def make(kind, ticks=400, seed=1):
        random = np.random.default_rng(seed)
        manner = kind(Writer(franka, random), random)
        found = []
        for tick in range(ticks):
            now_ns = 10**18 + tick * PERIOD_NS
            command = manner.next(Moment(now_ns, tick, np.array(franka.home)))
            if command is not None:
                found.append((tick, now_ns, command))
        return found

    return make


def same(first, second):
    return all(
        np.array_equal(getattr(first, name), getattr(second, name), equal_nan=name != 'frame_id')
        if name not in ('frame_id', 'joint_names')
        else getattr(first, name) == getattr(second, name)
        for name in first.__dataclass_fields__
    )


@pytest.mark.parametrize('kind', MANNERS)
def test_the_same_seed_gives_the_same_commands(stream, kind):
    for seed in (1, 2):
        twice = [stream(kind, 100, seed) for _ in range(2)]
        assert len(twice[0]) == len(twice[1])
        assert all(same(a, b) for (_, _, a), (_, _, b) in zip(*twice, strict=True))


def test_all_manners_are_registered():
    wanted = {AbsurdStamps, Burst, Disorder, Durations, FastShort, Foreign, Garbage, Gentle}
    wanted |= {Gripper, JointFar, JointGarbage, JointPush, JointReverse, JointWalk, Nothing}
    wanted |= {OnlyGarbage, Outlier, Push, PushAlongAxis, Reverse, Silence, Slow, Stutter, Tiny}
    wanted |= {Turn, Walk, Wrap}
    assert set(MANNERS) == wanted


@pytest.mark.parametrize('kind', [Push, Walk, Gentle, Nothing, Turn, Reverse, PushAlongAxis])
def test_a_steady_stream_is_numbered_and_stamped_at_10_hz(stream, franka, kind):
    found = stream(kind)
    assert [tick for tick, _, _ in found] == list(range(0, 400, 10))
    for _, now_ns, command in found:
        assert command.stamp_ns == now_ns
        assert command.frame_id == franka.base_frame
        assert command.duration == pytest.approx(0.1)
    assert all(b.seq == a.seq + 1 for (_, _, a), (_, _, b) in pairwise(found))


def test_pushes_keep_their_direction(stream):
    for kind in (Push, PushAlongAxis, Turn):
        first, *rest = (command for _, _, command in stream(kind))
        assert all(np.array_equal(first.translation, other.translation) for other in rest)
        assert all(np.array_equal(first.rotation, other.rotation) for other in rest)
    along = stream(PushAlongAxis)[0][2]
    assert np.count_nonzero(along.translation) == 1
    assert np.abs(along.translation).max() == pytest.approx(0.025)  # full speed
    assert not stream(Turn)[0][2].translation.any()


def test_reverse_is_a_square_wave(stream):
    ways = [command.translation for _, _, command in stream(Reverse)]
    signs = {float(np.sign(way @ ways[0])) for way in ways}
    assert signs == {-1.0, 1.0}
    assert all(np.allclose(np.abs(way), np.abs(ways[0])) for way in ways)


def test_walk_changes_its_direction(stream):
    ways = [tuple(command.translation) for _, _, command in stream(Walk)]
    assert len(set(ways)) == len(ways)


def test_nothing_tiny_and_gentle_are_small(stream):
    for kind, most in ((Nothing, 0.0), (Tiny, 1e-9), (Gentle, 0.025)):
        for _, _, command in stream(kind):
            assert np.linalg.norm(command.translation) <= most
    sizes = [np.abs(c.translation).max() for _, _, c in stream(Tiny, 4000)]
    assert any(0.0 < size < 2.3e-308 for size in sizes)  # denormal


def test_bursts_come_in_every_tick(stream):
    for kind, duration in ((Burst, 0.1), (FastShort, 0.01)):
        found = stream(kind, 50)
        assert len(found) == 50
        assert all(command.duration == pytest.approx(duration) for _, _, command in found)
    assert [tick for tick, _, _ in stream(Slow, 100)] == [0, 25, 50, 75]


def test_silence_and_gaps(stream):
    assert stream(Silence) == []
    gaps = {stream(Stutter, 100, seed)[1][0] for seed in range(30)}
    assert min(gaps) < 25 < max(gaps)  # on both sides of the time-out


def values(command):
    return [*command.translation, *command.rotation, command.gripper, command.duration]


def test_garbage_is_of_every_kind_and_place(stream):
    spoiled = [values(c) for seed in range(20) for _, _, c in stream(Garbage, 400, seed)]
    columns = np.array(spoiled).T
    for column in columns:
        assert np.isnan(column).any()
        assert np.isinf(column).any()
        assert (np.abs(column) == 1e300).any()
        assert (np.abs(column) == 1e18).any()
    good = np.isfinite(columns).all(axis=0) & (np.abs(columns).max(axis=0) < 1e6)
    assert good.mean() > 0.4
    assert not np.isfinite([values(c)[:3] for _, _, c in stream(OnlyGarbage)]).any()


def test_outliers_are_metres_long(stream):
    lengths = [
        np.linalg.norm(c.translation)
        for seed in range(5)
        for _, _, c in stream(Outlier, 400, seed)
    ]
    assert max(lengths) > 10.0


def test_disorder_has_old_future_repeated_and_swapped_ones(stream):
    found = [f for seed in range(10) for f in stream(Disorder, 400, seed)]
    ages = [now_ns - command.stamp_ns for _, now_ns, command in found]
    assert max(ages) >= 10**9
    assert min(ages) <= -(10**9)
    assert any(150e6 <= age <= 200e6 for age in ages)
    stamps = [command.stamp_ns for _, _, command in found]
    assert any(b == a for a, b in pairwise(stamps))
    assert any(b < a for a, b in pairwise(stamps))


def test_stamps_and_numbers_reach_the_ends_of_their_types(stream):
    found = [c for seed in range(5) for _, _, c in stream(AbsurdStamps, 400, seed)]
    assert {c.stamp_ns for c in found} == {-(2**63), 0, 1, 2**63 - 1}
    numbers = [c.seq for seed in range(10) for _, _, c in stream(Wrap, 400, seed)]
    assert any(b < a for a, b in pairwise(numbers))


def test_frames_durations_and_grippers_are_wrong_and_right(stream, franka):
    frames = {c.frame_id for seed in range(5) for _, _, c in stream(Foreign, 400, seed)}
    assert frames > {franka.base_frame, '', 'camera'}
    durations = [c.duration for seed in range(5) for _, _, c in stream(Durations, 400, seed)]
    assert np.nanmin(durations) < 0.0
    assert 10.0 in durations
    assert np.isnan(durations).any()
    grippers = [c.gripper for seed in range(5) for _, _, c in stream(Gripper, 400, seed)]
    assert {0.0, 1.0, 0.5, 1.1, -5.0} <= set(grippers)
    assert np.isnan(grippers).any()


def test_joint_streams_go_where_they_say(stream, franka):
    home, speed = np.array(franka.home), np.array(franka.limits.velocity)
    for seed in range(5):
        assert all(
            np.abs(c.positions - home).max() < 0.6 for _, _, c in stream(JointWalk, 400, seed)
        )
        pushes = [c.positions - home for _, _, c in stream(JointPush, 400, seed)]
        assert all(np.array_equal(push, pushes[0]) for push in pushes)
        assert (np.abs(pushes[0]) <= 0.1 * speed).all()
        ways = [c.positions - home for _, _, c in stream(JointReverse, 400, seed)]
        assert np.allclose(np.unique(np.sign(ways), axis=0).sum(axis=0), 0.0)
        goals = [c.positions for _, _, c in stream(JointFar, 400, seed)]
        assert all(np.array_equal(goal, goals[0]) for goal in goals)
    far = [np.abs(stream(JointFar, 1, seed)[0][2].positions).max() for seed in range(40)]
    assert max(far) > 1e17


def test_joint_garbage_is_of_every_kind(stream, franka):
    found = [c for seed in range(10) for _, _, c in stream(JointGarbage, 400, seed)]
    lengths = {len(c.joint_names) for c in found}
    assert lengths == {6, 7, 8}
    assert any(not np.isfinite(c.positions).all() for c in found)
    assert any(set(c.joint_names) - set(franka.joints) for c in found)
    assert any(len(set(c.joint_names)) < len(c.joint_names) for c in found)
    permuted = [
        c
        for c in found
        if c.joint_names != franka.joints and sorted(c.joint_names) == sorted(franka.joints)
    ]
    assert permuted
    by_name = dict(zip(franka.joints, franka.home, strict=True))
    for c in permuted:  # each value is still that of its name
        assert all(
            abs(q - by_name[name]) < 0.2
            for name, q in zip(c.joint_names, c.positions, strict=True)
        )
