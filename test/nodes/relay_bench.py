# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The camera relay's process, cameras that feed it, and what comes out of it."""

import array
import signal
import subprocess
import sys
import time
from functools import lru_cache

import cv2
import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image

from octo_ros.bringup.supervisor import local_environment
from octo_ros.embodiment import load_embodiment
from octo_ros.fleet import in_namespace
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import nanoseconds, time_message
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.observation.images import decode, resize

RATE = 30.0
PRIMARY = 'image_primary'
WRIST = 'image_wrist'
EVERY = QoSProfile(depth=100)


@lru_cache
def pictures(noise=4.0):
    """Smooth colours and the noise of a sensor, 480 × 640."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (12, 16, 3)).astype(np.float32)
    smooth = cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_CUBIC)
    noisy = [smooth + rng.normal(0, noise, smooth.shape) for _ in range(6)]
    return [np.clip(image, 0, 255).astype(np.uint8) for image in noisy]


def raw_message(image):
    height, width = image.shape[:2]
    data = array.array('B', image.tobytes())
    return Image(height=height, width=width, encoding='rgb8', step=3 * width, data=data)


def jpeg_message(image):
    return CompressedImage(format='jpeg', data=array.array('B', encode_jpeg(image)))


class Bench:
    """The relay's process, cameras that feed it, and what comes out of it."""

    def __init__(self, node, domain_id, log, arguments, *, robot='widowx', read=True, place='/'):
        self.robot = in_namespace(load_embodiment(robot), place)
        self._executor = SingleThreadedExecutor(context=node.context)
        self._executor.add_node(node)
        self._log = log
        self._file = log.open('wb')
        self._process = subprocess.Popen(
            [
                sys.executable,
                '-m',
                'octo_ros.nodes.camera_relay_node',
                '--ros-args',
                *[part for argument in arguments for part in ('-p', argument)],
                '-p',
                f'robot:={robot}',
                '-r',
                f'__ns:={place}',
            ],
            env=local_environment(domain_id),
            stdout=self._file,
            stderr=subprocess.STDOUT,
        )
        self.sent = {key: {} for key in self.robot.cameras}
        self.received = {key: [] for key in self.robot.cameras}
        self.statuses = {key: [] for key in self.robot.cameras}
        self.make = {
            key: raw_message if camera.transport == 'raw' else jpeg_message
            for key, camera in self.robot.cameras.items()
        }
        self.cameras = {}
        for key, camera in self.robot.cameras.items():
            kind = Image if camera.transport == 'raw' else CompressedImage
            self.cameras[key] = node.create_publisher(kind, camera.topic, qos.image(reliable=True))
            if read:
                node.create_subscription(
                    CompressedImage, camera.relayed().topic, self._receiver(key), EVERY
                )
        topic = f'{place.rstrip("/")}/octo_camera_relay/status'
        node.create_subscription(DiagnosticArray, topic, self._on_status, EVERY)
        self.diagnostics = []
        node.create_subscription(DiagnosticArray, '/diagnostics', self.diagnostics.append, EVERY)
        self._messages = {
            key: [make(image) for image in pictures()] for key, make in self.make.items()
        }
        self._count = 0
        self._timer = node.create_timer(1 / RATE, self._shoot)

    def _receiver(self, key):
        return lambda message: self.received[key].append((time.monotonic(), message))

    def _on_status(self, message):
        for status in message.status:
            self.statuses[status.name.rpartition(' ')[2]].append(status)

    def _shoot(self):
        stamp_ns = time.time_ns()
        for key, camera in self.cameras.items():
            index = self._count % len(self._messages[key])
            self.shoot(key, camera, stamp_ns, self._messages[key][index])
        self._count += 1

    def shoot(self, key, camera, stamp_ns, message):
        message.header.stamp = time_message(stamp_ns)
        message.header.frame_id = f'{key}_optical'
        self.sent[key][stamp_ns] = message
        camera.publish(message)

    def spoil(self, key):
        """From now on this camera sends what is no image."""
        for message in self._messages[key]:
            message.step = 7

    def repair(self, key):
        self._messages[key] = [self.make[key](image) for image in pictures()]

    def until(self, done, what, timeout=40.0):
        deadline = time.monotonic() + timeout
        while not done():
            self._executor.spin_once(timeout_sec=0.02)
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, f'{what}: {self.newest(PRIMARY)}'

    def until_received(self, count):
        self.until(
            lambda: min(len(frames) for frames in self.received.values()) >= count,
            f'{count} frames of each camera',
        )

    def until_status(self, key, level, text):
        self.statuses[key].clear()
        self.until(lambda: self._has(key, level, text), f'{key} to say {text!r}')
        return next(s for s in self.statuses[key] if s.level == level and text in s.message)

    def _has(self, key, level, text):
        return any(s.level == level and text in s.message for s in self.statuses[key])

    def newest(self, key):
        return self.statuses[key][-1].message if self.statuses[key] else '(no status)'

    def values(self, key):
        return {pair.key: pair.value for pair in self.statuses[key][-1].values}

    def expected(self, key, message):
        """What the policy would have made of the frame with this message's stamp."""
        sent = self.sent[key][nanoseconds(message.header.stamp)]
        camera = self.robot.cameras[key]
        return resize(decode(sent), camera.height, camera.width)

    def interrupt(self):
        self._process.send_signal(signal.SIGINT)
        assert self._process.wait(10) == 0, self._log.read_text()

    def close(self):
        self._executor.shutdown()
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._file.close()
