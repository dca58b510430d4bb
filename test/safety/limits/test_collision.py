# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of near bodies: the derivative of their room, and the law."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.limits import Obstacle
from octo_ros.safety.approach import RESERVE
from octo_ros.safety.limits.collision import CollisionLimit
from octo_ros.safety_codes import SafetyCode

FAST = 100.0


def everything(speeds):
    return np.full(len(speeds), np.inf)


def all_contacts(world, q):
    """Every pair nearer than slow_distance, and a little room."""
    return world.contacts(q, np.full(len(q), FAST), everything)[1]


def rooms_of(world, q, pairs):
    found = {(c.first, c.second, c.joints): c.room for c in all_contacts(world, q)}
    return [found.get(pair) for pair in pairs]


def with_box(arm):
    box = Obstacle(name='box', size=(0.2, 0.3, 0.1), xyz=(0.35, 0.25, 0.3), rpy=(0.3, 0.2, 0.1))
    return arm.with_collision(obstacles=(box,), slow_distance=0.4)


def unique(contacts):
    """A link may have several bodies: pairs of names that occur once can be found again."""
    names = [(c.first, c.second, c.joints) for c in contacts]
    return [c for c in contacts if names.count((c.first, c.second, c.joints)) == 1]


def test_rows_are_the_derivative_of_the_room(arm):
    """For every near pair of random configurations: links, table and obstacle."""
    arm = with_box(arm)
    world, random, limit = arm.world(), np.random.default_rng(0), CollisionLimit(arm.approach)
    seconds, checked, h = set(), 0, 1e-5
    for _ in range(12):
        q = arm.anywhere(random)
        v = random.normal(size=len(q))
        contacts = unique(all_contacts(world, q))
        # Inside another the nearest points jump; there the arm cannot be.
        contacts = [c for c in contacts if c.room > 0.005]
        if not contacts:
            continue
        pairs = [(c.first, c.second, c.joints) for c in contacts]
        rates = limit.constraint(arm.configuration(q, contacts=contacts)).matrix @ v
        ahead, behind = (rooms_of(world, q + s * h * v, pairs) for s in (1, -1))
        wide_ahead, wide_behind = (rooms_of(world, q + 4 * s * h * v, pairs) for s in (1, -1))
        for pair, rate, a, b, wa, wb in zip(
            pairs, rates, ahead, behind, wide_ahead, wide_behind, strict=True
        ):
            if None in (a, b, wa, wb):
                continue
            slope, wide = (a - b) / (2 * h), (wa - wb) / (8 * h)
            if abs(slope - wide) > 5e-3:  # an edge of the distance: the nearest feature changes
                continue
            assert rate == pytest.approx(slope, abs=0.02 * np.linalg.norm(v)), pair
            seconds.add(pair[1] if pair[1] in ('table', 'box') else 'link')
            checked += 1
    assert seconds == {'table', 'box', 'link'}
    assert checked > 40


def test_only_the_joints_between_two_bodies_count(arm):
    world, random, limit = arm.world(), np.random.default_rng(1), CollisionLimit(arm.approach)
    for _ in range(10):
        q = arm.anywhere(random)
        contacts = all_contacts(world, q)
        rows = limit.constraint(arm.configuration(q, contacts=contacts)).matrix if contacts else []
        for contact, row in zip(contacts, rows, strict=True):
            begin, end = contact.joints
            assert not row[:begin].any()
            assert not row[end:].any()


def test_each_pair_is_approached_by_the_law_and_left_at_will(arm):
    world, random, limit = arm.world(), np.random.default_rng(2), CollisionLimit(arm.approach)
    touching = 0
    for _ in range(20):
        q = arm.anywhere(random)
        contacts = all_contacts(world, q)
        if not contacts:
            continue
        constraint = limit.constraint(arm.configuration(q, contacts=contacts))
        rooms = np.array([c.room for c in contacts])
        np.testing.assert_array_equal(
            constraint.lower, -arm.approach.linear_speed(rooms - RESERVE)
        )
        assert (constraint.lower[rooms <= RESERVE] == 0.0).all()
        assert (constraint.upper == np.inf).all()
        assert constraint.matrix.shape == (len(contacts), len(q))
        assert constraint.code is SafetyCode.LIMITED_BY_COLLISION
        touching += int((rooms <= 0.0).any())
    assert touching


def test_a_moving_arm_gets_back_the_reserve_unless_something_is_too_near(ur5e):
    """Rows that ask to leave may contradict each other; those that forbid to approach never do."""
    arm = ur5e.with_collision(slow_distance=0.5)
    contacts = all_contacts(arm.world(), arm.home)[:3]
    limit = CollisionLimit(arm.approach)

    def lowest(velocities, rooms):
        near = [replace(c, room=r) for c, r in zip(contacts, rooms, strict=True)]
        return limit.constraint(arm.configuration(arm.home, velocities, near)).lower

    rooms = np.array([0.3 * RESERVE, RESERVE, 0.1])
    resting, moving = (lowest(np.full(6, v), rooms) for v in (0.0, 1e-3))
    assert (resting <= 0.0).all()
    np.testing.assert_allclose(moving - resting, arm.approach.regaining(rooms))
    assert moving[0] > 0.0
    for too_near in (0.0, -0.01):
        rooms[2] = too_near
        assert (lowest(np.full(6, 1e-3), rooms) <= 0.0).all()


@pytest.mark.parametrize('speed', [0.0, 0.01, 0.1, 0.25, 1.0])
def test_a_pair_beyond_the_relevant_room_is_not_slowed(ur5e, speed):
    limit = CollisionLimit(ur5e.approach)
    room = limit.relevant_room(np.array([speed]))
    assert ur5e.approach.linear_speed(room - RESERVE)[0] == pytest.approx(speed, abs=1e-12)
    assert ur5e.approach.linear_speed(room - RESERVE + 1e-6)[0] > speed


def test_the_row_of_the_hand_over_the_table_is_its_height(ur5e):
    """Down is towards the table, and nothing but down."""
    arm = ur5e.with_collision(slow_distance=0.5)
    world, q = arm.world(), arm.home
    contact = next(
        c for c in all_contacts(world, q) if c.first == 'fingers' and c.second == 'table'
    )
    np.testing.assert_allclose(contact.normal, [0, 0, 1], atol=1e-6)
    configuration = arm.configuration(q, contacts=[contact])
    row = CollisionLimit(arm.approach).constraint(configuration).matrix[0]
    inverse = np.linalg.inv(configuration.jacobian)
    assert row @ inverse @ np.array([0, 0, -0.1, 0, 0, 0]) == pytest.approx(-0.1, abs=1e-6)
    assert row @ inverse @ np.array([0.1, 0.2, 0, 0, 0, 0]) == pytest.approx(0.0, abs=1e-6)
