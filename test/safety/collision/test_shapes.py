# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Shapes have the sizes they are given, and a missing library is told."""

from __future__ import annotations

import sys

import coal
import numpy as np
import pytest

from octo_ros.errors import KinematicsError
from octo_ros.safety.collision.shapes import coal_shape


def distance(shape, point):
    """Of a small ball around a point, from its surface."""
    ball, radius = coal.Sphere(1e-3), 1e-3
    place = coal.Transform3s(np.eye(3), np.array(point, dtype=float))
    request, result = coal.DistanceRequest(), coal.DistanceResult()
    return coal.distance(ball, place, shape, coal.Transform3s.Identity(), request, result) + radius


def test_a_capsule_has_a_radius_and_the_length_of_its_cylinder():
    capsule = coal_shape('capsule', (0.1, 0.4))
    assert distance(capsule, (0.3, 0.0, 0.0)) == pytest.approx(0.2, abs=1e-6)
    assert distance(capsule, (0.0, 0.0, 0.5)) == pytest.approx(0.5 - 0.2 - 0.1, abs=1e-6)


@pytest.mark.parametrize('axis', range(3))
def test_a_box_has_full_lengths(axis):
    box = coal_shape('box', (0.2, 0.4, 0.6))
    point = np.zeros(3)
    point[axis] = 1.0
    assert distance(box, point) == pytest.approx(1.0 - (0.1, 0.2, 0.3)[axis], abs=1e-5)


@pytest.mark.parametrize('height', [-0.2, 0.0, 0.3])
def test_a_plane_is_everything_below_its_height(height):
    plane = coal_shape('plane', (height,))
    assert distance(plane, (5.0, -3.0, height + 0.4)) == pytest.approx(0.4, abs=1e-9)
    assert distance(plane, (0.0, 0.0, height - 0.1)) < 0.0


def test_an_unknown_kind_is_an_error():
    with pytest.raises(KeyError, match='ball'):
        coal_shape('ball', (0.1,))


def test_without_coal_it_tells_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'coal', None)
    with pytest.raises(KinematicsError, match='pip install coal'):
        coal_shape('box', (1.0, 1.0, 1.0))
