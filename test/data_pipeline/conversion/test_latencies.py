# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is stamped late is put where it belongs, once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.latencies import latencies_ns
from octo_ros.data.conversion.request import ConversionRequest, Topics
from octo_ros.embodiment import Latencies, load_embodiment
from octo_ros.errors import ConfigError
from octo_ros.geometry import Pose

from ..conftest import MS, START

ROBOT = load_embodiment('widowx')
LATE_MS = 40


def late(**seconds):
    return replace(ROBOT, latencies=Latencies(**seconds))


def request(path, output, robot, **options):
    return ConversionRequest(
        (Path(path),), robot, Path(output), 'robot', 10.0, instruction='go', **options
    )


@pytest.mark.parametrize('topic', ['/pose', '/tf'])
def test_poses(bag, tmp_path, topic):
    """The TCP moves by 0.1 m/s; the transforms come with a static one, too."""
    bag.robot(0, 800)
    bag.transforms(-100, [('hand', ROBOT.tcp_frame, Pose.from_xyz_rpy([0, 0, 0.1]))], '/tf_static')
    for ms in range(-100, 900, 20):
        pose = Pose.from_xyz_rpy([0.2 + 1e-4 * ms, 0, 0.1])
        bag.pose(ms + LATE_MS, pose)
        bag.transforms(ms + LATE_MS, [(ROBOT.base_frame, 'hand', pose)])
    path = bag.write(tmp_path / 'bag')
    robot = late(pose=LATE_MS / 1e3)
    facts = convert(request(path, tmp_path / 'out', robot, topics=Topics(pose=topic))).facts
    part = facts.episodes[0].parts[0]
    ms = (np.array(part.stamps_ns) - START) / MS
    assert len(ms) > 4
    np.testing.assert_allclose(part.proprio[:, 0], 0.2 + 1e-4 * ms, atol=1e-6)
    (timing,) = (t for t in facts.bags[0].topics if t.topic == topic)
    assert timing.clock.latency_ns == LATE_MS * MS


def test_commands_and_the_gripper(bag, tmp_path):
    """One command per frame, stamped 40 ms late, so that it falls behind the next frame."""
    bag.robot(0, 1000)
    for i, ms in enumerate(range(0, 1000, 100)):
        bag.delta(ms + 70 + LATE_MS, [1e-3 * (i + 1), 0, 0], [0, 0, 0], 0.0)
        number = bag.make('std_msgs/msg/Float64', float(i % 2))
        bag.add(ms + 80 + LATE_MS, '/grip', number)
    path = bag.write(tmp_path / 'bag')
    robot = late(command=LATE_MS / 1e3, gripper=LATE_MS / 1e3)
    options = {'action_source': 'command_delta', 'topics': Topics(gripper='/grip')}
    facts = convert(request(path, tmp_path / 'out', robot, **options)).facts
    part = facts.episodes[0].parts[0]
    frames = (np.array(part.stamps_ns) - START) // (100 * MS)
    np.testing.assert_allclose(part.actions[:-1, 0], 1e-3 * (frames[:-1] + 1), atol=1e-7)
    assert part.actions[:-1, 6].tolist() == (frames[:-1] % 2).tolist()


def test_no_latency_is_subtracted_twice():
    robot = late(gripper=0.1, command=0.2)
    both = Topics(commands='/both', gripper='/both')
    options = {'action_source': 'command_delta', 'topics': both}
    assert latencies_ns(request('bag', 'out', robot, **options)) == {'/both': 200 * MS}
    assert latencies_ns(request('bag', 'out', ROBOT, **options)) == {}
    topics = Topics(gripper=ROBOT.joint_states.topic)
    with pytest.raises(ConfigError, match='/joint_states is a topic of the observation'):
        latencies_ns(request('bag', 'out', robot, topics=topics))
