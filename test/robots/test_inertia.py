# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Inertia of filled shapes, against the simulator's own and against textbook cases."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.geometry import matrix_from_quaternion, matrix_from_rpy, quaternion_from_matrix
from octo_ros.robots.inertia import link_inertia
from octo_ros.robots.model import Shape

lengths = st.floats(0.01, 0.5)
vectors = st.tuples(*[st.floats(-0.3, 0.3)] * 3)
angles = st.tuples(*[st.floats(-1.5, 1.5)] * 3)
boxes = st.builds(
    Shape, kind=st.just('box'), size=st.tuples(lengths, lengths, lengths), xyz=vectors, rpy=angles
)
capsules = st.builds(
    Shape, kind=st.just('capsule'), size=st.tuples(lengths, lengths), xyz=vectors, rpy=angles
)


def simulated_inertia(shapes: list[Shape]) -> tuple[float, np.ndarray, np.ndarray]:
    """Mass, centre and inertia that MuJoCo computes for shapes of density 1000 kg/m³."""
    spec = mujoco.MjSpec()
    body = spec.worldbody.add_body()
    body.add_freejoint()
    for shape in shapes:
        x, y, z, w = quaternion_from_matrix(matrix_from_rpy(shape.rpy))
        if shape.kind == 'box':
            kind, size = mujoco.mjtGeom.mjGEOM_BOX, [length / 2 for length in shape.size]
        else:
            kind, size = mujoco.mjtGeom.mjGEOM_CAPSULE, [shape.size[0], shape.size[1] / 2, 0]
        body.add_geom(type=kind, size=size, pos=shape.xyz, quat=[w, x, y, z], density=1000)
    model = spec.compile()
    w, x, y, z = model.body_iquat[1]
    rotation = matrix_from_quaternion([x, y, z, w])
    matrix = rotation @ np.diag(model.body_inertia[1]) @ rotation.T
    return model.body_mass[1], model.body_ipos[1], matrix


@given(st.lists(boxes | capsules, min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_agrees_with_the_simulator(shapes):
    mass, center, matrix = simulated_inertia(shapes)
    found = link_inertia(shapes, mass)
    assert found.mass == mass
    np.testing.assert_allclose(found.center, center, atol=1e-9)
    np.testing.assert_allclose(found.matrix, matrix, rtol=1e-6, atol=1e-9 * mass)


def test_box_about_its_centre():
    inertia = link_inertia([Shape(kind='box', size=(0.1, 0.2, 0.3), xyz=(1.0, 0.0, 0.0))], 12.0)
    np.testing.assert_allclose(inertia.center, [1.0, 0.0, 0.0])
    np.testing.assert_allclose(inertia.matrix, np.diag([0.13, 0.10, 0.05]), atol=1e-12)


def test_two_boxes_apart_resist_as_their_distance_asks():
    box = {'kind': 'box', 'size': (1e-3, 1e-3, 1e-3)}
    pair = [Shape(**box, xyz=(0.0, 0.0, 0.5)), Shape(**box, xyz=(0.0, 0.0, -0.5))]
    inertia = link_inertia(pair, 2.0)
    np.testing.assert_allclose(inertia.matrix, np.diag([0.5, 0.5, 0.0]), atol=1e-6)


def test_arrays_are_read_only():
    inertia = link_inertia([Shape(kind='capsule', size=(0.1, 0.2))], 1.0)
    with pytest.raises(ValueError, match='read-only'):
        inertia.matrix[0, 0] = 1.0
