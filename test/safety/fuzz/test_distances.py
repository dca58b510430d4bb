# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The judge's distances against coal's, and against what is known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety.fuzz.arm import rotation_rpy
from octo_ros.safety.fuzz.distances import box_box, segment_box, segment_segment

coal = pytest.importorskip('coal')
COUNT = 300


def placed(random):
    return rotation_rpy(random.uniform(-3, 3, 3)), random.uniform(-0.4, 0.4, 3)


def coal_distance(shape1, pose1, shape2, pose2):
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    request.gjk_tolerance = 1e-9
    transforms = [
        coal.Transform3s(np.array(turn), np.array(place)) for turn, place in (pose1, pose2)
    ]
    return coal.distance(shape1, transforms[0], shape2, transforms[1], request, result)


def column(vector):
    return np.asarray(vector, float)[:, None]


def test_two_segments_as_coal_has_two_capsules():
    random = np.random.default_rng(1)
    for _ in range(COUNT):
        poses, halves = [placed(random), placed(random)], random.uniform(0.01, 0.3, 2)
        ends = [
            column(place + sign * half * turn[:, 2])
            for (turn, place), half in zip(poses, halves, strict=True)
            for sign in (-1, 1)
        ]
        own = segment_segment(*ends)[0] - 0.05
        theirs = coal_distance(
            coal.Capsule(0.03, 2 * halves[0]),
            poses[0],
            coal.Capsule(0.02, 2 * halves[1]),
            poses[1],
        )
        if theirs > 0.0:
            assert own == pytest.approx(theirs, abs=1e-6)
        else:
            assert own <= 1e-6


@pytest.mark.parametrize(
    ('ends', 'expected'),
    [
        (((0, 0, 0), (1, 0, 0), (0.2, 0.5, 0), (0.9, 0.5, 0)), 0.5),  # parallel, side by side
        (((0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)), 1.0),  # in one line
        (((0, 0, 0), (1, 0, 0), (0.5, 0, 0), (3, 0, 0)), 0.0),  # overlapping in one line
        (((0, 0, 0), (1, 0, 0), (0.5, -1, 0.3), (0.5, 1, 0.3)), 0.3),  # crossing
        (((0, 0, 0), (1, 0, 0), (0, 1e-9, 0.2), (1, 0, 0.2)), 0.2),  # as good as parallel
        (((0, 0, 0), (1, 0, 0), (2, 1, 0), (2, 5, 0)), 2**0.5),  # end to end
    ],
)
def test_two_segments_in_special_places(ends, expected):
    assert segment_segment(*map(column, ends))[0] == pytest.approx(expected, abs=1e-12)


def test_a_segment_and_a_box_as_coal_has_them():
    random = np.random.default_rng(2)
    met = 0
    for _ in range(COUNT):
        (turn, place), box = placed(random), placed(random)
        half, reach = random.uniform(0.01, 0.2, 3), random.uniform(0.01, 0.3)
        ends = [
            column(box[0].T @ (place + sign * reach * turn[:, 2] - box[1])) for sign in (-1, 1)
        ]
        own = segment_box(*ends, column(half))[0]
        theirs = coal_distance(
            coal.Capsule(1e-9, 2 * reach), (turn, place), coal.Box(*(2 * half)), box
        )
        met += theirs <= 0.0
        assert own == pytest.approx(max(theirs, 0.0), abs=1e-6)
    assert 5 < met < COUNT - 5


def test_two_boxes_as_coal_has_them():
    random = np.random.default_rng(3)
    met = 0
    for _ in range(COUNT):
        first, second = placed(random), placed(random)
        halves = random.uniform(0.01, 0.2, (2, 3))
        turn = first[0].T @ second[0]
        place = first[0].T @ (second[1] - first[1])
        own = box_box(turn[:, :, None], column(place), column(halves[0]), column(halves[1]))[0]
        theirs = coal_distance(
            coal.Box(*(2 * halves[0])), first, coal.Box(*(2 * halves[1])), second
        )
        met += theirs <= 0.0
        assert own == pytest.approx(max(theirs, 0.0), abs=2e-6)
    assert 5 < met < COUNT - 5


def test_a_box_inside_a_box_meets_it():
    turn = rotation_rpy((0.3, 0.2, 0.1))[:, :, None]
    small, large = column([0.01] * 3), column([1.0] * 3)
    assert box_box(turn, column([0.2, 0.1, 0.0]), large, small)[0] == 0.0
    assert box_box(turn, column([0.2, 0.1, 0.0]), small, large)[0] == 0.0


def test_crossed_beams_are_as_far_apart_as_their_edges_meet():
    turn = rotation_rpy((0.0, 0.0, np.pi / 2))[:, :, None]
    beam = column([1.0, 0.05, 0.05])
    assert box_box(turn, column([0.0, 0.0, 0.13]), beam, beam)[0] == pytest.approx(0.03, abs=1e-12)
    edge = rotation_rpy((np.pi / 4, 0.0, 0.0))[:, :, None]  # standing on an edge
    far = box_box(edge, column([0.0, 0.0, 0.3]), beam, beam)[0]
    assert far == pytest.approx(0.3 - 0.05 - 0.05 * 2**0.5, abs=1e-12)
