# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulator's cameras: images, CameraInfo and tf."""

from __future__ import annotations

import array
from typing import TYPE_CHECKING

from geometry_msgs.msg import TransformStamped
from rclpy.clock import Clock, ClockType
from sensor_msgs.msg import CameraInfo, Image
from tf2_msgs.msg import TFMessage

from octo_ros.nodes import qos
from octo_ros.nodes.conversions import pose_message, time_message
from octo_ros.sim.camera_thread import CameraThread
from octo_ros.sim.renderer import camera_geometry
from octo_ros.sim.sensor_noise import SensorNoise

if TYPE_CHECKING:
    import numpy as np
    from builtin_interfaces.msg import Time
    from numpy.typing import NDArray
    from rclpy.node import Node

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Pose
    from octo_ros.nodes.sim_faults import SimFaults
    from octo_ros.nodes.sim_node import SimParameters
    from octo_ros.sim.renderer import CameraGeometry
    from octo_ros.sim.simulation import Simulation


class SimCameras:
    """Renders every camera at one rate, evenly spread over the period.

    Args:
        node: The simulator node.
        simulation: What is seen.
        embodiment: Names of cameras and topics.
        faults: Cameras that are frozen or silent.
        parameters: Rate, size, noise, reliability.
    """

    def __init__(
        self,
        node: Node,
        simulation: Simulation,
        embodiment: Embodiment,
        faults: SimFaults,
        parameters: SimParameters,
    ) -> None:
        self._node = node
        self._simulation = simulation
        self._faults = faults
        self._size = parameters.camera_size
        self._last: dict[str, array.array[int]] = {}
        profile = qos.image(reliable=parameters.reliable_images)
        self._images = {}
        self._infos = {}
        self._geometries: dict[str, CameraGeometry] = {}
        for key, camera in embodiment.cameras.items():
            self._images[key] = node.create_publisher(Image, camera.topic, profile)
            info_topic = f'{camera.topic.rpartition("/")[0]}/camera_info'
            self._infos[key] = node.create_publisher(CameraInfo, info_topic, profile)
            self._geometries[key] = camera_geometry(simulation, key, self._size, self._size)
        self._noise = SensorNoise(parameters.camera_noise, parameters.seed, self._size, self._size)
        self._drawn = dict.fromkeys(embodiment.cameras, 0)
        self._queue = list(embodiment.cameras)
        self._first = self._queue[0]
        self._base_frame = embodiment.base_frame
        self._tcp_frame = embodiment.tcp_frame
        self._tf = node.create_publisher(TFMessage, 'tf', qos.STATUS)
        self._tf_static = node.create_publisher(TFMessage, 'tf_static', qos.LATCHED)
        self._send_static()
        self._thread = CameraThread(simulation, self._size, self._on_image)
        period = 1.0 / (parameters.camera_rate * len(self._queue))
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        node.create_timer(period, self._render_next, clock=steady)

    def close(self) -> None:
        """End the rendering thread."""
        self._thread.close()

    def _render_next(self) -> None:
        self._thread.check()
        key = self._queue.pop(0)
        self._queue.append(key)
        stamp_ns = self._node.get_clock().now().nanoseconds
        if key == self._first:
            self._send_tf(time_message(stamp_ns))
        if key in self._faults.silent:
            return
        if key in self._faults.frozen and key in self._last:
            self._publish(key, stamp_ns, self._last[key])
        else:
            self._thread.request(key, stamp_ns)

    def _on_image(self, key: str, stamp_ns: int, image: NDArray[np.uint8]) -> None:
        noisy = self._noise.added(image, list(self._drawn).index(key), self._drawn[key])
        self._drawn[key] += 1
        # rclpy takes an array.array without a copy per element.
        self._last[key] = array.array('B', noisy.tobytes())
        self._publish(key, stamp_ns, self._last[key])

    def _publish(self, key: str, stamp_ns: int, data: array.array[int]) -> None:
        stamp = time_message(stamp_ns)
        message = Image(
            height=self._size,
            width=self._size,
            encoding='rgb8',
            step=3 * self._size,
            data=data,
        )
        message.header.stamp = stamp
        message.header.frame_id = _optical_frame(key)
        self._images[key].publish(message)
        self._infos[key].publish(self._info(key, stamp))

    def _info(self, key: str, stamp: Time) -> CameraInfo:
        g = self._geometries[key]
        info = CameraInfo(
            height=g.height,
            width=g.width,
            distortion_model='plumb_bob',
            d=[0.0] * 5,
            k=[g.fx, 0.0, g.cx, 0.0, g.fy, g.cy, 0.0, 0.0, 1.0],
            r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
            p=[g.fx, 0.0, g.cx, 0.0, 0.0, g.fy, g.cy, 0.0, 0.0, 0.0, 1.0, 0.0],
        )
        info.header.stamp = stamp
        info.header.frame_id = _optical_frame(key)
        return info

    def _send_static(self) -> None:
        stamp = self._node.get_clock().now().to_msg()
        transforms = [
            _transform(stamp, g.parent, _optical_frame(key), g.pose)
            for key, g in self._geometries.items()
        ]
        self._tf_static.publish(TFMessage(transforms=transforms))

    def _send_tf(self, stamp: Time) -> None:
        poses = self._simulation.link_poses()
        poses[self._tcp_frame] = self._simulation.tcp_pose
        self._tf.publish(
            TFMessage(
                transforms=[
                    _transform(stamp, self._base_frame, name, pose) for name, pose in poses.items()
                ]
            )
        )


def _optical_frame(key: str) -> str:
    return f'{key.removeprefix("image_")}_camera_optical_frame'


def _transform(stamp: Time, parent: str, child: str, pose: Pose) -> TransformStamped:
    message = TransformStamped(child_frame_id=child)
    message.header.stamp = stamp
    message.header.frame_id = parent
    placed = pose_message(pose)
    message.transform.translation.x = placed.position.x
    message.transform.translation.y = placed.position.y
    message.transform.translation.z = placed.position.z
    message.transform.rotation = placed.orientation
    return message
