# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The live node sees what the converter makes of the same messages, further sources included."""

import array
from dataclasses import replace

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Vector3, Wrench, WrenchStamped
from sensor_msgs.msg import Image, JointState
from std_msgs.msg import Float32MultiArray, Header

from octo_ros.data.bags.bag import BagMessage
from octo_ros.data.timing.feed import Feed
from octo_ros.embodiment import load_embodiment
from octo_ros.nodes.robot_inputs import Observed, RobotInputs
from octo_ros.observation.missing import Missing
from octo_ros.robots.kinematics import Kinematics
from octo_ros.sources import DepthCamera, LowDimSource

from .fake_node import FakeNode

pytestmark = pytest.mark.ros

MS = 1_000_000
WIDOWX = load_embodiment('widowx')
JOINTS = WIDOWX.joint_states.topic
NAMES = [*WIDOWX.joints, WIDOWX.gripper.joint]
ROBOT = replace(
    WIDOWX,
    depth_cameras={
        'depth_primary': DepthCamera(
            topic='/depth', height=16, width=16, max_age=0.3, max_skew=0.1
        )
    },
    low_dim={
        'effort': LowDimSource(
            topic=JOINTS, kind='joint_effort', names=(NAMES[0],), max_age=0.1, latency=0.005
        ),
        'force': LowDimSource(topic='/force', kind='wrench', max_age=0.1),
        'touch': LowDimSource(topic='/touch', kind='float32_array', size=2, max_age=0.2),
    },
)


def header(ms):
    return Header(stamp=Time(sec=10, nanosec=ms * MS))


def picture(ms, encoding, pixel):
    data = array.array('B', [pixel] * (20 * 20 * (3 if encoding == 'rgb8' else 2)))
    step = len(data) // 20
    return Image(header=header(ms), height=20, width=20, encoding=encoding, step=step, data=data)


def wrench(ms, newtons):
    force = Wrench(force=Vector3(x=newtons))
    return WrenchStamped(header=header(ms), wrench=force)


def messages():
    """(arrival [ms], topic, message) of 0.2 s, all sources."""
    for ms in range(0, 200, 20):
        yield (
            ms + 1,
            JOINTS,
            JointState(
                header=header(ms),
                name=NAMES,
                position=[*(1e-3 * ms * np.ones(6)), 0.037],
                effort=[float(ms), *[0.0] * 6],
            ),
        )
        yield ms + 1, '/force', wrench(ms, 2.0 * ms)
        yield ms + 2, '/touch', Float32MultiArray(data=[0.5, float(ms)])
        if ms % 60 == 0:
            for camera in ROBOT.cameras.values():
                yield ms + 5, camera.topic, picture(ms, 'rgb8', ms)
            yield ms + 6, '/depth', picture(ms, '16UC1', 1 + ms // 60)


class Live:
    """The inputs of a node in no graph, at a time that is set."""

    def __init__(self):
        self.now_ns = 0
        self.node = FakeNode()
        self.inputs = RobotInputs(self.node, ROBOT, 0, lambda: self.now_ns, thinned=False)

    def hear(self, ms, topic, message):
        self.now_ns = at(ms)
        self.node.heard[topic](message)

    def missing(self):
        found = self.inputs.observe(self.now_ns)
        assert isinstance(found, Missing)
        return self.inputs.explain(found)


def at(ms):
    return 10_000 * MS + ms * MS


@pytest.fixture
def live():
    return Live()


def test_an_observation_is_that_of_the_converter(live):
    feed = Feed(ROBOT, Kinematics.for_embodiment(ROBOT).tcp_pose, None)
    for ms, topic, message in sorted(messages(), key=lambda given: given[0]):
        live.hear(ms, topic, message)
        stamp = message.header.stamp.nanosec if hasattr(message, 'header') else ms * MS
        feed.add(BagMessage(topic, at(ms), at(0) + stamp, message))
    assert set(live.node.heard) == set(feed.topics)
    now_ns = live.now_ns = at(185)
    seen, expected = live.inputs.observe(now_ns), feed.builder.observe(now_ns)
    assert isinstance(seen, Observed)
    seen = seen.observation
    assert (seen.stamp_ns, dict(seen.skew_ns)) == (expected.stamp_ns, dict(expected.skew_ns))
    np.testing.assert_array_equal(seen.proprio, expected.proprio)
    for field in ('images', 'depths', 'low_dim'):
        here, there = getattr(seen, field), getattr(expected, field)
        assert set(here) == set(there)
        for key, values in there.items():
            np.testing.assert_array_equal(here[key], values)
    assert set(seen.depths) == {'depth_primary'}
    np.testing.assert_allclose(seen.low_dim['force'][0], 2.0 * 180)
    np.testing.assert_allclose(seen.low_dim['touch'], [0.5, 178.0])
    assert live.inputs.cameras['depth_primary'].received == 4
    assert live.inputs.unusable == {'joint_states': 0, 'effort': 0, 'force': 0, 'touch': 0}


def test_numbers_of_no_use_are_counted_and_explained_until_better_ones_come(live):
    given = list(messages())
    for ms, topic, message in given:
        if topic != '/force':
            live.hear(ms, topic, message)
    live.now_ns = at(185)
    assert '/force has no publisher: is its driver running?' in live.missing()
    live.node.publisher_counts['/force'] = 1
    assert 'no publisher' not in live.missing()
    for ms in (186, 187):
        live.hear(ms, '/force', wrench(ms, float('nan')))
    assert live.inputs.unusable['force'] == 2
    assert '2 message(s) could not be used' in live.missing()
    assert 'A message on /force holds numbers that are not finite' in live.missing()
    assert 'not finite' in live.node.logger.lines[-1]
    live.hear(188, '/force', wrench(180, 1.0))
    assert isinstance(live.inputs.observe(live.now_ns), Observed)


def test_a_joint_state_that_lacks_one_value_still_serves_what_it_holds(live):
    for ms, topic, message in messages():
        if topic == JOINTS:
            message.effort = []
        live.hear(ms, topic, message)
    live.now_ns = at(185)
    assert live.inputs.unusable['joint_states'] == 0
    assert live.inputs.unusable['effort'] == 10
    assert 'lacks effort values' in live.missing()
