# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`~/markers`: where the safety filter lets the arm go, to look at in RViz and Foxglove."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Vector3
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from octo_ros.geometry import Pose
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import point_message, pose_message, vector_message
from octo_ros.safety_codes import SafetyState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rclpy.node import Node

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.limits import Plane
    from octo_ros.safety.filter import SafetyFilter
    from octo_ros.safety.report import NearestPair

PERIOD = 0.25  # s
LIFETIME = Duration(sec=1)
"""After it a marker vanishes: what is no more, or a filter that is gone, is not shown."""

THICKNESS = 0.002  # m, of lines and sheets
TEXT_HEIGHT = 0.04  # m
COLOURS = {
    SafetyState.INACTIVE: (0.5, 0.5, 0.5),
    SafetyState.HOLD: (0.3, 0.5, 0.9),
    SafetyState.RUN: (0.2, 0.8, 0.3),
    SafetyState.STOPPING: (1.0, 0.6, 0.1),
    SafetyState.LATCHED: (0.9, 0.1, 0.1),
}
WORKSPACE, PLANE, SOLID, STOP = (
    (0.2, 0.6, 1.0, 0.12),
    (0.2, 0.6, 1.0, 0.2),
    (0.7, 0.5, 0.3, 0.6),
    (1.0, 0.2, 0.8, 1.0),
)
BOX_EDGES = [
    (a, b)
    for a in np.ndindex(2, 2, 2)
    for b in np.ndindex(2, 2, 2)
    if sum(b) - sum(a) == 1 and sum(x != y for x, y in zip(a, b, strict=True)) == 1
]


class SafetyMarkers:
    """Publishes the picture four times per second, if anybody looks at it.

    Args:
        node: The safety filter node.
        embodiment: The robot, for its workspace and table.
        safety: The filter, for all that moves.
    """

    def __init__(self, node: Node, embodiment: Embodiment, safety: SafetyFilter) -> None:
        self._node = node
        self._embodiment = embodiment
        self._filter = safety
        self._fixed = (*self._workspace(), *self._table())
        self._publisher = node.create_publisher(MarkerArray, '~/markers', qos.STATUS)
        node.create_timer(PERIOD, self._publish)

    def _publish(self) -> None:
        if self._publisher.get_subscription_count() == 0:
            return
        stamp = self._node.get_clock().now().to_msg()
        markers, numbers = [], dict[str, int]()
        for marker in self.markers():
            marker.header.stamp = stamp
            marker.header.frame_id = self._embodiment.base_frame
            marker.lifetime = LIFETIME
            marker.id = numbers[marker.ns] = numbers.get(marker.ns, -1) + 1
            markers.append(marker)
        self._publisher.publish(MarkerArray(markers=markers))

    def markers(self) -> Iterator[Marker]:
        """All of them, without header, number and lifetime."""
        yield from self._fixed
        for obstacle in self._filter.obstacles:
            pose = Pose.from_xyz_rpy(obstacle.xyz, obstacle.rpy)
            yield _box('obstacles', SOLID, np.array(obstacle.size), pose)
        yield self._text()
        if self._filter.state is SafetyState.INACTIVE:
            return  # there is no reference whose place could be shown
        yield from self._arm()
        report = self._filter.report()
        if report.nearest is not None:
            yield from _nearest(report.nearest)
        path = _marker('stop path', Marker.LINE_STRIP, STOP, (2 * THICKNESS, 0.0, 0.0))
        path.points = [point_message(point) for point in report.stop_path]
        yield path

    def _workspace(self) -> Iterator[Marker]:
        limits = self._embodiment.limits
        low, high = np.array(limits.workspace_min), np.array(limits.workspace_max)
        centre = 0.5 * (low + high)
        yield _box('workspace', WORKSPACE, high - low, Pose(centre, np.eye(3)))
        edges = _marker('workspace', Marker.LINE_LIST, (*WORKSPACE[:3], 1.0), (THICKNESS, 0, 0))
        corners = np.stack([low, high])
        edges.points = [
            point_message(corners[index, range(3)]) for edge in BOX_EDGES for index in edge
        ]
        yield edges
        for plane in limits.planes:
            size = 2.0 * float(np.linalg.norm(high - low))
            yield _box('planes', PLANE, np.array([size, size, THICKNESS]), _on(plane, centre))

    def _table(self) -> Iterator[Marker]:
        limits, collision = self._embodiment.limits, self._embodiment.collision
        low, high = np.array(limits.workspace_min), np.array(limits.workspace_max)
        if collision.table_height is not None:
            size = np.array([*(1.2 * (high - low))[:2], THICKNESS])
            centre = np.array([*(0.5 * (low + high))[:2], collision.table_height - THICKNESS])
            yield _box('table', SOLID, size, Pose(centre, np.eye(3)))

    def _arm(self) -> Iterator[Marker]:
        """A box is a box; a capsule is a cylinder with a ball at either end."""
        colour = (*COLOURS[self._filter.state], 0.5)
        for body in self._filter.capsules():
            if body.kind == 'box':
                yield _box('arm', colour, np.array(body.size), body.pose)
                continue
            radius, length = body.size
            reach = 0.5 * length * body.pose.rotation[:, 2]
            balls = _marker('arm', Marker.SPHERE_LIST, colour, (2 * radius,) * 3)
            balls.points = [point_message(body.pose.position + s * reach) for s in (-1, 1)]
            yield balls
            cylinder = _marker('arm', Marker.CYLINDER, colour, (2 * radius, 2 * radius, length))
            cylinder.pose = pose_message(body.pose)
            yield cylinder

    def _text(self) -> Marker:
        limits, state = self._embodiment.limits, self._filter.state
        low, high = np.array(limits.workspace_min), np.array(limits.workspace_max)
        text = _marker(
            'state', Marker.TEXT_VIEW_FACING, (*COLOURS[state], 1.0), (0, 0, TEXT_HEIGHT)
        )
        text.pose = pose_message(
            Pose(np.array([*(0.5 * (low + high))[:2], high[2] + 0.1]), np.eye(3))
        )
        text.text = '\n'.join(filter(None, (state.name, self._filter.latch)))
        return text


def _nearest(pair: NearestPair) -> Iterator[Marker]:
    """A line between two bodies and its length; red where they are nearer than they may be."""
    near = pair.distance <= pair.clearance
    colour = (*COLOURS[SafetyState.LATCHED if near else SafetyState.STOPPING], 1.0)
    line = _marker('nearest', Marker.LINE_LIST, colour, (2 * THICKNESS, 0.0, 0.0))
    line.points = [point_message(pair.first_point), point_message(pair.second_point)]
    yield line
    text = _marker('nearest', Marker.TEXT_VIEW_FACING, colour, (0.0, 0.0, TEXT_HEIGHT / 2))
    middle = 0.5 * (np.array(pair.first_point) + np.array(pair.second_point))
    text.pose = pose_message(Pose(middle, np.eye(3)))
    text.text = f'{pair.first} – {pair.second}: {1e3 * pair.distance:.0f} mm'
    yield text


def _marker(
    namespace: str,
    kind: int,
    colour: tuple[float, float, float, float],
    scale: tuple[float, float, float],
) -> Marker:
    red, green, blue, alpha = colour
    x, y, z = (float(value) for value in scale)
    marker = Marker(ns=namespace, type=kind, action=Marker.ADD, scale=Vector3(x=x, y=y, z=z))
    marker.color = ColorRGBA(r=red, g=green, b=blue, a=alpha)
    marker.pose.orientation.w = 1.0
    return marker


def _box(
    namespace: str, colour: tuple[float, float, float, float], size: Array, pose: Pose
) -> Marker:
    marker = _marker(namespace, Marker.CUBE, colour, (0.0, 0.0, 0.0))
    marker.scale = vector_message(size)
    marker.pose = pose_message(pose)
    return marker


def _on(plane: Plane, near: Array) -> Pose:
    """The place on a plane that is nearest to a point, z along the normal."""
    normal = np.array(plane.normal) / np.linalg.norm(plane.normal)
    return Pose(near - (normal @ near - plane.offset) * normal, _turned_to(normal))


def _turned_to(axis: Array) -> Array:
    """A rotation matrix whose z axis is the unit vector `axis`."""
    aside = np.eye(3)[int(np.argmin(np.abs(axis)))]
    x = np.cross(aside, axis)
    x /= np.linalg.norm(x)
    return np.column_stack([x, np.cross(axis, x), axis])
