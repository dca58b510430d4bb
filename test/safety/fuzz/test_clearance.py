# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The judge's room between bodies against coal's, pair by pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.limits import Obstacle
from octo_ros.safety.fuzz.arm import rotation_rpy
from octo_ros.safety.fuzz.clearance import NEAR, Clearance

coal = pytest.importorskip('coal')


def geometry(solid):
    if solid.box:
        return coal.Box(*(2 * solid.half))
    return coal.Capsule(solid.half[0], 2 * solid.half[2])


def pose(bodies, index, row):
    return coal.Transform3s(
        np.array(bodies.turns[index][row]), np.array(bodies.places[index][row])
    )


def distance(first, second):
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    request.gjk_tolerance = 1e-9
    return coal.distance(*first, *second, request, result)


def sample(embodiment, judge, count=40, seed=1):
    random = np.random.default_rng(seed)
    limits = embodiment.limits
    spread = 0.7 * random.standard_normal((count, len(embodiment.joints)))
    positions = np.clip(embodiment.home + spread, limits.position_min, limits.position_max)
    return judge.clearance.bodies(judge.arm.frames(positions))


def agree(own, theirs):
    """Equal when near; else the judge's is a lower bound, and beyond what it looks at closely."""
    if theirs <= 0.0:
        return own <= 1e-6
    if own < NEAR:
        return abs(own - theirs) <= 2e-6
    return own <= theirs + 2e-6


def test_links_are_as_far_from_each_other_as_coal_says(any_robot):
    embodiment, _, judge = any_robot
    bodies, solids = sample(embodiment, judge), judge.arm.solids
    room = judge.clearance.own(bodies)
    keep = embodiment.collision.self_clearance
    near = 0
    for k, (i, j) in enumerate(judge.clearance.pairs):
        capsules = not (solids[i].box or solids[j].box)
        for row in range(len(room)):
            theirs = distance(
                (geometry(solids[i]), pose(bodies, i, row)),
                (geometry(solids[j]), pose(bodies, j, row)),
            )
            if capsules and theirs > 0.0:
                assert room[row, k] == pytest.approx(theirs - keep, abs=1e-6)
            near += room[row, k] < NEAR
            # Below the clearance a distance counts from the surfaces, which meet at -keep.
            if theirs > 0.0:
                assert agree(room[row, k], theirs - keep)
            else:
                assert room[row, k] <= 1e-6 - keep
    assert near > 5


def test_pairs_are_all_but_neighbours_and_those_always_near(any_robot):
    _, model, judge = any_robot
    solids = judge.arm.solids
    watched = {frozenset((solids[i].link, solids[j].link)) for i, j in judge.clearance.pairs}
    assert all(abs(solids[i].body - solids[j].body) >= 2 for i, j in judge.clearance.pairs)
    for i, first in enumerate(solids):
        for second in solids[:i]:
            links = frozenset((first.link, second.link))
            apart = first.body - second.body >= 2
            always = any(links == frozenset(pair) for pair in model.always_near)
            assert (links in watched) == (apart and not always)


def test_what_is_always_near_cannot_get_apart(any_robot):
    embodiment, model, judge = any_robot
    limits = embodiment.limits
    random = np.random.default_rng(4)
    positions = random.uniform(
        limits.position_min, limits.position_max, (500, len(embodiment.joints))
    )
    everything = Clearance(judge.arm, embodiment.collision, ())
    room = everything.own(everything.bodies(judge.arm.frames(positions)))
    solids = judge.arm.solids
    for pair in model.always_near:
        of_pair = [
            k
            for k, (i, j) in enumerate(everything.pairs)
            if {solids[i].link, solids[j].link} == set(pair)
        ]
        assert of_pair
        # Nearer than the distance at which an approach is slowed, whatever the joints do.
        assert room[:, of_pair].min(axis=1).max() < embodiment.collision.slow_distance


def test_the_table_is_as_far_as_coal_says(any_robot):
    embodiment, _, judge = any_robot
    bodies, solids, limits = sample(embodiment, judge), judge.arm.solids, embodiment.collision
    room = judge.clearance.of_table(bodies)
    table = (coal.Halfspace(np.array([0.0, 0.0, 1.0]), limits.table_height), coal.Transform3s())
    for k, i in enumerate(judge.clearance.table):
        keep = limits.finger_clearance if solids[i].finger else limits.clearance
        for row in range(len(room)):
            theirs = distance((geometry(solids[i]), pose(bodies, i, row)), table)
            assert room[row, k] == pytest.approx(theirs - keep, abs=1e-6)
    assert {solids[i].body for i in judge.clearance.table} == set(
        range(2, len(embodiment.joints) + 1)
    )


def test_without_a_table_there_is_room_without_end(any_robot):
    embodiment, _, judge = any_robot
    free = Clearance(judge.arm, replace(embodiment.collision, table_height=None), ())
    assert np.isposinf(free.of_table(sample(embodiment, judge, count=2))).all()


@pytest.mark.parametrize('size', [(0.1, 0.2, 0.3), (0.02, 0.5, 0.5)])
def test_obstacles_are_as_far_as_coal_says(any_robot, size):
    embodiment, _, judge = any_robot
    bodies, solids, limits = (
        sample(embodiment, judge, seed=2),
        judge.arm.solids,
        embodiment.collision,
    )
    box = Obstacle(name='box', size=size, xyz=(0.4, 0.1, 0.2), rpy=(0.3, -0.5, 1.0))
    room = judge.clearance.of_obstacle(bodies, box)
    theirs_at = coal.Transform3s(rotation_rpy(box.rpy), np.array(box.xyz))
    near = 0
    for k, i in enumerate(judge.clearance.free):
        keep = limits.finger_clearance if solids[i].finger else limits.clearance
        for row in range(len(room)):
            theirs = distance(
                (geometry(solids[i]), pose(bodies, i, row)), (coal.Box(*size), theirs_at)
            )
            near += room[row, k] < NEAR
            if theirs > 0.0:
                assert agree(room[row, k], theirs - keep)
            else:
                assert room[row, k] <= 1e-6 - keep
    assert near > 5
