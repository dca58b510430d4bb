# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Groups of pairs: the near ones are found without measuring all of them anew."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.limits import Obstacle
from octo_ros.safety.collision.group import READ_AGAIN
from octo_ros.safety.collision.world import CollisionWorld

SLOW = 0.1


def law(speeds):
    """Some rooms that matter, growing with the speed."""
    return 0.05 * speeds + 0.3 * speeds**2


def brute_force(arm, q, speeds):
    """Every pair of a world that never saw another configuration, by its own bound."""
    group = arm.world()._pairs
    room = group.room(q)
    near = np.minimum(law(group._levers @ speeds), arm.embodiment.collision.slow_distance)
    rooms = [r.min_distance for r in group._results.distanceResults]
    names = [(a.name.rsplit('/', 1)[0], b.name.rsplit('/', 1)[0]) for a, b in group._pairs]
    return room, sorted(
        (*name, r) for name, r, most in zip(names, rooms, near, strict=True) if r < most
    )


def listed(contacts):
    return sorted((c.first, c.second, c.room) for c in contacts)


def with_box(arm):
    box = Obstacle(name='a/b', size=(0.2, 0.2, 0.2), xyz=(0.4, 0.2, 0.2))
    return arm.with_collision(obstacles=(box,))


def test_near_pairs_are_those_of_brute_force_on_walks_with_jumps(arm):
    """Small steps use what was read before; jumps read again; so does a slow drift."""
    arm = with_box(arm)
    world, random = arm.world(), np.random.default_rng(0)
    q, most = arm.home, 0
    for k in range(150):
        step = random.normal(size=len(q)) * (0.01 if k % 15 else 0.5)
        q = np.clip(q + step, arm.lower, arm.upper)
        speeds = random.uniform(0.0, 1.0, len(q)) * (1.0 if k % 4 else 0.01)
        room, contacts = world.contacts(q, speeds, law)
        expected_room, expected = brute_force(arm, q, speeds) if k % 3 == 0 else (room, None)
        assert room == pytest.approx(expected_room, abs=1e-6)
        if expected is not None and room < SLOW:
            found = listed(contacts)
            assert [f[:2] for f in found] == [e[:2] for e in expected]
            np.testing.assert_allclose([f[2] for f in found], [e[2] for e in expected], atol=1e-5)
            most = max(most, len(found))
    assert most >= 3


def test_reading_again_happens_only_after_a_turn(ur5e, monkeypatch):
    world = ur5e.with_collision(slow_distance=5.0).world()
    group, reads = world._pairs, []
    read = group._read
    monkeypatch.setattr(group, '_read', lambda q: reads.append(1) or read(q))
    q = ur5e.home
    for _ in range(8):
        q = q + READ_AGAIN / 20
        world.contacts(q, np.ones(6), law)
    assert len(reads) == 1
    world.contacts(q + READ_AGAIN, np.ones(6), law)
    assert len(reads) == 2


def test_the_configuration_that_was_read_is_kept_even_if_the_array_is_used_again(ur5e):
    world, fresh = ur5e.world(), ur5e.world()
    q = ur5e.home
    world.contacts(q, np.ones(6), law)
    q[1:4] = [-1.2, 2.4, -1.0]  # in place: hand near the table
    again = world.contacts(q, np.ones(6), law)
    expected = fresh.contacts(q, np.ones(6), law)[1]
    assert [c.first for c in again[1]] == [c.first for c in expected]
    np.testing.assert_allclose([c.room for c in again[1]], [c.room for c in expected], atol=1e-9)


def test_the_room_changes_by_no_more_than_the_levers(arm):
    arm = with_box(arm)
    world, random = arm.world(), np.random.default_rng(1)
    group = world._pairs

    def rooms(q):
        group.room(q)
        return np.array([r.min_distance for r in group._results.distanceResults])

    for _ in range(100):
        q = arm.anywhere(random)
        turn = random.normal(size=len(q)) * 10.0 ** random.uniform(-4, 0)
        before, after = rooms(q), rooms(q + turn)
        assert (np.abs(after - before) <= group._levers @ np.abs(turn) + 3e-6).all()
        # Of the world: the smallest room of all, by the levers of all joints.
        change = abs(after.min() - before.min())
        assert change <= world.levers @ np.abs(turn) + 3e-6


def test_faster_joints_make_more_pairs_near(ur5e):
    world = ur5e.world()
    q = np.array([-0.3, -1.2, 2.3, -1.9, -1.57, -1.87])
    slow, fast = (world.contacts(q, np.full(6, v), law)[1] for v in (1e-3, 1.0))
    assert len(slow) < len(fast)
    assert {c.room for c in slow} <= {c.room for c in fast}


def test_far_from_everything_no_pair_is_looked_at(ur5e):
    world = ur5e.with_collision(slow_distance=0.02, self_clearance=0.001).world()
    room, contacts = world.contacts(ur5e.home, np.full(6, 10.0), law)
    assert room > 0.02
    assert contacts == []


def test_the_first_of_a_pair_is_moved_by_more_joints(arm):
    world = with_box(arm).world()
    _, contacts = world.contacts(arm.home, np.full(len(arm.home), 10.0), lambda s: s + np.inf)
    for contact in contacts:
        begin, end = contact.joints
        assert 0 <= begin < end <= len(arm.home)
        assert np.linalg.norm(contact.normal) == pytest.approx(1.0)
        gap = contact.point - contact.other_point
        assert np.linalg.norm(gap) == pytest.approx(abs(contact.room), abs=1e-5)


def test_a_world_without_pairs_has_endless_room(ur5e):
    """An arm whose bodies are all in the list of those that cannot part, over no table."""
    from dataclasses import replace

    links = [body.link for body in ur5e.world().bodies]
    model = replace(ur5e.model, always_near=tuple((a, b) for a in links for b in links))
    arm = ur5e.with_collision(table_height=None)
    world = CollisionWorld(arm.embodiment.collision, model, arm.kinematics)
    assert len(world._pairs) == 0
    assert world.room(ur5e.home) == np.inf
    assert world.nearest(ur5e.home) is None
    assert world.contacts(ur5e.home, np.ones(6), law) == (np.inf, [])
