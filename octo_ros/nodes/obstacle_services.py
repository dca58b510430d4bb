# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`~/add_obstacle` and `~/remove_obstacle`: what else the arm keeps away from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.config import parse
from octo_ros.errors import OctoRosError, SafetyError
from octo_ros.limits import Obstacle
from octo_ros.nodes.conversions import array_from_vector, pose_from_message
from octo_ros_msgs.srv import AddObstacle, RemoveObstacle

if TYPE_CHECKING:
    from rclpy.node import Node

    from octo_ros.safety.filter import SafetyFilter

MAX_OBSTACLES = 32
"""Each costs computing time in every tick."""

MAX_NAME = 64
MAX_SIZE = 10.0  # m, and largest distance from the base along an axis
RESERVED = 'table'


class ObstacleServices:
    """The two services; every answer is a sentence.

    Args:
        node: The safety filter node.
        safety: The filter that keeps the arm away.
        base_frame: The frame in which poses must be given.
    """

    def __init__(self, node: Node, safety: SafetyFilter, base_frame: str) -> None:
        self._node = node
        self._filter = safety
        self._base_frame = base_frame
        node.create_service(AddObstacle, '~/add_obstacle', self._on_add)
        node.create_service(RemoveObstacle, '~/remove_obstacle', self._on_remove)

    def _on_add(
        self, request: AddObstacle.Request, response: AddObstacle.Response
    ) -> AddObstacle.Response:
        try:
            obstacle = self._obstacle(request)
            self._filter.add_obstacle(obstacle)
        except OctoRosError as error:
            response.success, response.message = False, str(error)
        else:
            response.success, response.message = True, f'The arm keeps away from {obstacle.name}.'
            self._node.get_logger().info(response.message)
        return response

    def _on_remove(
        self, request: RemoveObstacle.Request, response: RemoveObstacle.Response
    ) -> RemoveObstacle.Response:
        try:
            self._filter.remove_obstacle(request.name)
        except OctoRosError as error:
            response.success, response.message = False, str(error)
        else:
            response.success, response.message = True, f'{request.name} is forgotten.'
            self._node.get_logger().info(response.message)
        return response

    def _obstacle(self, request: AddObstacle.Request) -> Obstacle:
        """The request as an obstacle.

        Raises:
            OctoRosError: Its frame, name, size or pose is not allowed, or there are too many.
        """
        self._check(request)
        try:
            pose = pose_from_message(request.pose)
        except ValueError as error:
            raise SafetyError(str(error)) from None
        values = {
            'name': request.name,
            'size': tuple(array_from_vector(request.size).tolist()),
            'xyz': tuple(pose.position.tolist()),
            'rpy': tuple(pose.rpy.tolist()),
        }
        return parse(Obstacle, values, f'The obstacle {request.name!r}')

    def _check(self, request: AddObstacle.Request) -> None:
        given = request.frame_id
        lengths = np.abs(
            [*array_from_vector(request.size), *array_from_vector(request.pose.position)]
        )
        problem = None
        if given != self._base_frame:
            problem = f'frame_id is {given!r}; poses are given in {self._base_frame!r}.'
        elif not request.name or len(request.name) > MAX_NAME or request.name == RESERVED:
            problem = (
                f'name is {request.name!r}; give 1 to {MAX_NAME} characters, and not {RESERVED!r}.'
            )
        elif not (lengths <= MAX_SIZE).all():
            problem = (
                f'size and position must be finite and at most {MAX_SIZE:g} m, not '
                f'{lengths.tolist()}.'
            )
        elif len(self._filter.obstacles) >= MAX_OBSTACLES:
            problem = f'There are {MAX_OBSTACLES} obstacles already, as many as are allowed.'
        if problem is not None:
            raise SafetyError(problem)
