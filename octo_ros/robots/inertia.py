# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Mass distribution of a link, taken as its shapes filled evenly with its mass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import matrix_from_rpy, readonly

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.geometry import Array
    from octo_ros.robots.model import Shape


@dataclass(frozen=True)
class Inertia:
    """Mass, centre and inertia of a link, in the link's frame.

    Attributes:
        mass: kg.
        center: Centre of mass, shape (3,), m.
        matrix: About the centre of mass, link axes, shape (3, 3), kg·m².
    """

    mass: float
    center: Array
    matrix: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, 'center', readonly(self.center, (3,)))
        object.__setattr__(self, 'matrix', readonly(self.matrix, (3, 3)))


def link_inertia(shapes: Sequence[Shape], mass: float) -> Inertia:
    """Inertia of a link of `mass` [kg] that fills `shapes` with even density.

    Where shapes overlap, their common part counts twice.
    """
    volumes = np.array([_volume(shape) for shape in shapes])
    masses = mass * volumes / volumes.sum()
    centers = np.array([shape.xyz for shape in shapes])
    center = masses @ centers / mass
    matrix = np.zeros((3, 3))
    for shape, m, offset in zip(shapes, masses, centers - center, strict=True):
        rotation = matrix_from_rpy(shape.rpy)
        matrix += rotation @ np.diag(m * _unit_inertia(shape)) @ rotation.T
        matrix += m * (offset @ offset * np.eye(3) - np.outer(offset, offset))
    return Inertia(mass, center, matrix)


def _volume(shape: Shape) -> float:
    """Volume [m³]."""
    if shape.kind == 'box':
        return float(np.prod(shape.size))
    radius, length = shape.size
    return float(np.pi * radius**2 * (length + 4.0 / 3.0 * radius))


def _unit_inertia(shape: Shape) -> Array:
    """Principal moments about the centre for a mass of 1 kg, shape (3,), m²."""
    if shape.kind == 'box':
        x, y, z = shape.size
        return np.array([y * y + z * z, x * x + z * z, x * x + y * y]) / 12.0
    r, h = shape.size
    cylinder = h / (h + 4.0 / 3.0 * r)  # share of the mass; the two half balls have the rest
    balls = 1.0 - cylinder
    along = cylinder * r * r / 2.0 + balls * 2.0 / 5.0 * r * r
    # A half ball has its centre of mass 3/8 r from its flat face, which is h/2 from the centre.
    across = cylinder * (h * h / 12.0 + r * r / 4.0) + balls * (
        2.0 / 5.0 * r * r + h * h / 4.0 + 3.0 / 8.0 * h * r
    )
    return np.array([across, across, along])
