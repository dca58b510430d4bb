# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Displacements over random rotations, also by nearly half a turn."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.data.labels.displacements import Displacement, achieved, sums, total
from octo_ros.data.labels.integration import integration_error
from octo_ros.geometry import (
    Pose,
    matrix_from_rotation_vector,
    matrix_from_rpy,
    rotation_vector_from_matrix,
)

AXES = arrays(np.float64, 3, elements=st.floats(-1, 1)).filter(lambda v: np.linalg.norm(v) > 0.1)
ANGLES = st.one_of(
    st.floats(-np.pi, np.pi),
    st.sampled_from([0.0, np.pi, -np.pi, np.pi - 1e-9, np.pi - 1e-5, np.pi / 2, 1e-9]),
)
ROTATIONS = st.builds(
    lambda axis, angle: matrix_from_rotation_vector(axis / np.linalg.norm(axis) * angle),
    AXES,
    ANGLES,
)
POSITIONS = arrays(np.float64, 3, elements=st.floats(-1.5, 1.5))
POSES = st.builds(Pose, POSITIONS, ROTATIONS)


@settings(max_examples=40)
@given(st.lists(POSES, min_size=1, max_size=6))
def test_displacements_lead_along_the_path(path):
    pose = path[0]
    rows = achieved(np.array([[*pose.position, *pose.rpy] for pose in path]))
    for row, following in zip(rows, path[1:], strict=False):
        pose = pose.displaced(row[:3], row[3:])
        assert np.abs(pose.position - following.position).max() < 1e-6
        turn = rotation_vector_from_matrix(pose.rotation @ following.rotation.T)
        assert np.linalg.norm(turn) < 1e-6
    assert not rows[-1].any()


@settings(max_examples=40)
@given(st.integers(1, 6).flatmap(lambda n: arrays(np.float64, (n, 7), elements=st.floats(-3, 3))))
def test_achieved_displacements_have_no_integration_error(proprio):
    distance, angle = integration_error(proprio, achieved(proprio))
    assert distance < 1e-9
    assert angle < 1e-6


DISPLACEMENTS = st.lists(
    st.builds(
        Displacement,
        st.integers(0, 999),
        POSITIONS,
        arrays(np.float64, 3, elements=st.floats(-1.5, 1.5)),
    ),
    max_size=8,
    unique_by=lambda d: d.time_ns,
)


@settings(max_examples=40)
@given(DISPLACEMENTS, st.lists(st.integers(0, 999), min_size=1, max_size=6, unique=True))
def test_sums_are_the_totals_whatever_the_timing(displacements, stamps):
    stamps = sorted(stamps)
    rows = sums(stamps, displacements)
    inside = [d for d in displacements if stamps[0] <= d.time_ns < stamps[-1]]
    expected = total(sorted(inside, key=lambda d: d.time_ns))
    np.testing.assert_allclose(rows[:, :3].sum(axis=0), expected[:3], atol=1e-9)
    rotation = np.eye(3)
    for row in rows:
        rotation = matrix_from_rpy(row[3:]) @ rotation
    np.testing.assert_allclose(rotation, matrix_from_rpy(expected[3:]), atol=1e-9)
    assert not rows[-1].any()


def test_a_displacement_counts_from_its_beginning_until_just_before_the_next_observation():
    at = [Displacement(t, np.array([t, 0, 0]), np.zeros(3)) for t in (9, 10, 19, 20, 30)]
    assert sums([10, 20, 30], at)[:, 0].tolist() == [29, 20, 0]


def test_rotations_are_multiplied_in_the_order_of_time():
    first, second = np.array([0.5, 0, 0]), np.array([0, 0, 0.5])
    late_first = [Displacement(12, np.zeros(3), second), Displacement(11, np.zeros(3), first)]
    expected = matrix_from_rpy(second) @ matrix_from_rpy(first)
    row = sums([10, 20], late_first)[0]
    np.testing.assert_allclose(matrix_from_rpy(row[3:]), expected, atol=1e-12)


def test_one_displacement_stays_exactly_as_it_was():
    numbers = np.array([0.1, -0.2, 0.3]), np.array([0.7, 1.6, -2.0])
    assert sums([0, 9], [Displacement(1, *numbers)])[0].tolist() == [*numbers[0], *numbers[1]]


def test_rotation_is_about_the_axes_of_the_base():
    """Turned about z, then about the base's x: the second turn is pure roll."""
    second = matrix_from_rpy([0.3, 0, 0]) @ matrix_from_rpy([0, 0, 1.2])
    path = [Pose.from_xyz_rpy(rpy=[0, 0, 1.2]), Pose(np.array([0.1, 0, 0]), second)]
    rows = achieved(np.array([[*pose.position, *pose.rpy] for pose in path]))
    np.testing.assert_allclose(rows[0], [0.1, 0, 0, 0.3, 0, 0], atol=1e-12)
