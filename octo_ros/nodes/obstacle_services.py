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
MIN_SIZE = 0.001  # m
MAX_SIZE = 10.0  # m, and largest distance from the base along an axis
TABLE = 'table'


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
        # The status and the markers tell bodies by their names.
        self._reserved = {TABLE, *(body.link for body in safety.capsules())}
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
            if len(request.name) > MAX_NAME:
                msg = f'No obstacle has a name like {_shown(request.name)}.'
                raise SafetyError(msg)
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
        size, position = array_from_vector(request.size), array_from_vector(request.pose.position)
        problem = None
        if given != self._base_frame:
            problem = f'frame_id is {_shown(given)}; poses are given in {self._base_frame!r}.'
        elif not 0 < len(request.name) <= MAX_NAME or not request.name.isprintable():
            problem = (
                f'name is {_shown(request.name)}; give 1 to {MAX_NAME} characters that can be'
                ' printed.'
            )
        elif request.name in self._reserved:
            problem = f'name is {request.name!r}, which the arm keeps away from or is made of.'
        elif not ((size >= MIN_SIZE) & (size <= MAX_SIZE)).all():
            problem = (
                f'size must be finite, {MIN_SIZE:g} to {MAX_SIZE:g} m along each axis, not'
                f' {size.tolist()}.'
            )
        elif not (np.abs(position) <= MAX_SIZE).all():
            problem = (
                f'position must be finite and within {MAX_SIZE:g} m of the base along each axis,'
                f' not {position.tolist()}.'
            )
        elif len(self._filter.obstacles) >= MAX_OBSTACLES:
            problem = f'There are {MAX_OBSTACLES} obstacles already, as many as are allowed.'
        if problem is not None:
            raise SafetyError(problem)


def _shown(text: str) -> str:
    """What somebody sent, short and without line breaks, for a sentence."""
    return repr(text if len(text) <= MAX_NAME else f'{text[:MAX_NAME]}…')
