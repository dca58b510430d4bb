# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Two cameras of 640 × 480 at 30 Hz through the real node over DDS."""

import array
import contextlib
import signal
import subprocess
import sys
import time
from functools import lru_cache

import cv2
import numpy as np
import pytest
import yaml
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage, Image

from octo_ros.bringup.graph import SystemOptions, camera_relays, system
from octo_ros.bringup.supervisor import Supervisor, local_environment
from octo_ros.embodiment import load_embodiment
from octo_ros.fleet import in_namespace
from octo_ros.nodes import qos
from octo_ros.nodes.client import GraphClient
from octo_ros.nodes.conversions import nanoseconds, time_message
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.observation.images import decode, resize
from octo_ros.resources import share_directory

pytestmark = pytest.mark.ros

LIMIT = 1_000_000
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


@pytest.fixture
def start(node, domain_id, tmp_path):
    with contextlib.ExitStack() as stack:

        def make(*arguments, **options):
            bench = Bench(node, domain_id, tmp_path / 'relay.log', arguments, **options)
            stack.callback(bench.close)
            return bench

        yield make


def mean_rate(frames, weight):
    """Per second, from the first frame to the last; the last one's own time is yet to come."""
    return sum(weight(message) for _, message in frames[:-1]) / (frames[-1][0] - frames[0][0])


def test_png_keeps_stamps_pixels_and_the_byte_budget(start):
    bench = start('format:=png')
    bench.until_received(60)
    status = bench.until_status(PRIMARY, DiagnosticStatus.WARN, 'max_bytes_per_second of 1 MB')
    assert 'choose format jpeg' in status.message
    for key, frames in bench.received.items():
        for _, message in frames:
            assert message.header.frame_id == f'{key}_optical'
            np.testing.assert_array_equal(decode(message), bench.expected(key, message))
        assert mean_rate(frames, lambda message: len(message.data)) <= 1.02 * LIMIT
        stamps = [nanoseconds(message.header.stamp) for _, message in frames]
        assert stamps == sorted(set(stamps))
    # The wrist's frames are a quarter as large: they all fit.
    bench.until_status(WRIST, DiagnosticStatus.OK, 'MB/s are sent')
    bench.interrupt()


def test_jpeg_is_what_datasets_hold_and_fits(start, tmp_path):
    """The wrist camera of this robot sends JPEG itself."""
    contract = yaml.safe_load((share_directory() / 'config/robots/widowx.yaml').read_text())
    contract['name'] = 'mine'
    contract['cameras'][WRIST] |= {'topic': '/wrist/compressed', 'transport': 'compressed'}
    path = tmp_path / 'mine.yaml'
    path.write_text(yaml.safe_dump(contract))
    bench = start('max_rate:=10', robot=str(path))
    bench.until_received(60)
    for key, frames in bench.received.items():
        for _, message in frames:
            assert message.format == 'rgb8; jpeg compressed bgr8'
            assert bytes(message.data) == encode_jpeg(bench.expected(key, message))
        assert mean_rate(frames, lambda message: len(message.data)) <= 0.6 * LIMIT
        assert mean_rate(frames, lambda _: 1) <= 10.5
    status = bench.until_status(PRIMARY, DiagnosticStatus.OK, 'MB/s are sent')
    assert status.hardware_id == 'mine'
    values = bench.values(PRIMARY)
    assert values['quality'] == '95'
    assert int(values['frames left out: more than max_rate']) > 60


def test_small_budget_lowers_quality_and_says_so(start):
    bench = start('max_bytes_per_second:=150000')
    bench.until_received(20)
    bench.until_status(PRIMARY, DiagnosticStatus.WARN, 'JPEG quality went down from 95 to')
    frames = bench.received[PRIMARY]
    assert mean_rate(frames, lambda message: len(message.data)) <= 1.02 * 150_000


def test_a_bad_image_is_named_and_the_others_go_on(start):
    bench = start()
    bench.until_received(5)
    bench.spoil(PRIMARY)
    status = bench.until_status(PRIMARY, DiagnosticStatus.WARN, 'unreadable')
    assert '/camera_primary/image_raw claims 480 x 640' in status.message
    bench.until_status(WRIST, DiagnosticStatus.OK, 'MB/s are sent')
    bench.repair(PRIMARY)
    bench.until_status(PRIMARY, DiagnosticStatus.OK, 'MB/s are sent')
    assert int(bench.values(PRIMARY)['frames unreadable']) > 0
    bench.interrupt()


def test_a_robot_in_a_namespace_has_a_relay_of_its_own(start):
    bench = start(place='/left')
    bench.until_received(5)
    assert bench.robot.cameras[PRIMARY].relayed().topic.startswith('/left/camera_primary/')
    status = bench.until_status(PRIMARY, DiagnosticStatus.OK, 'MB/s are sent')
    assert status.name == f'left/octo_camera_relay: {PRIMARY}'
    bench.until(
        lambda: any(status in array.status for array in bench.diagnostics),
        'the same on /diagnostics',
    )


def test_without_readers_nothing_is_encoded(start):
    bench = start(read=False)
    bench.until_status(PRIMARY, DiagnosticStatus.OK, 'Nobody reads /camera_primary/image_raw/')
    assert bench.values(PRIMARY)['size of a frame [B]'] == '0'
    bench.interrupt()


def test_a_missing_camera_is_named(node, domain_id, tmp_path):
    robot = load_embodiment('widowx')
    name = f'octo_camera_relay: {PRIMARY}'
    said = {}

    def listen(message):
        said.update({status.name: status for status in message.status})

    node.create_subscription(DiagnosticArray, '/diagnostics', listen, EVERY)
    (spec,) = camera_relays(SystemOptions(robot='widowx'))
    environment = local_environment(domain_id)
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    with Supervisor([spec], tmp_path, environment) as supervisor:
        deadline = time.monotonic() + 40
        while name not in said and time.monotonic() < deadline:
            executor.spin_once(timeout_sec=0.1)
            supervisor.check()
    executor.shutdown()
    status = said[name]
    assert status.level == DiagnosticStatus.WARN
    assert f'{robot.cameras[PRIMARY].topic} has no publisher' in status.message


def test_the_arm_moves_by_relayed_cameras(domain_id, tmp_path):
    """The policy reads nothing but what the relay sends."""
    specs = system(SystemOptions(robot='widowx', relayed=True))
    environment = local_environment(domain_id)
    with (
        Supervisor(specs, tmp_path, environment) as supervisor,
        GraphClient(domain_id, supervisor.check) as client,
    ):
        client.wait_ready(60.0)
        cameras = load_embodiment('widowx').cameras.values()
        topics = [topic for camera in cameras for topic in (camera.topic, camera.relayed().topic)]

        def readers():
            return [client.node.count_subscribers(topic) for topic in topics]

        # The simulator's image has one reader, the relay; the relayed one the policy.
        client.spin_until(lambda: readers() == [1] * 4, 10.0, f'one reader each of {topics}')
        outcome = client.execute('reach the red block', 40.0)
    assert outcome.finished
