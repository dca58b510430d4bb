# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Two cameras of 640 × 480 at 30 Hz through the real node over DDS."""

import contextlib
import time

import numpy as np
import pytest
import yaml
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor

from octo_ros.bringup.graph import SystemOptions, camera_relays, system
from octo_ros.bringup.supervisor import Supervisor, local_environment
from octo_ros.embodiment import load_embodiment
from octo_ros.nodes.client import GraphClient
from octo_ros.nodes.conversions import nanoseconds
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.observation.images import decode
from octo_ros.resources import share_directory

from .relay_bench import EVERY, PRIMARY, WRIST, Bench

pytestmark = pytest.mark.ros

LIMIT = 1_000_000


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
