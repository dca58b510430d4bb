# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.fleet import in_namespace, read_fleet
from octo_ros.sources import DepthCamera, LowDimSource


def topics(embodiment):
    drivers = embodiment.drivers.values()
    return [
        *(camera.topic for camera in embodiment.cameras.values()),
        *(camera.topic for camera in embodiment.depth_cameras.values()),
        *(source.topic for source in embodiment.low_dim.values()),
        embodiment.joint_states.topic,
        *(half.topic for driver in drivers for half in (driver.arm, driver.gripper)),
    ]


def test_one_robot_keeps_its_contract_and_its_names():
    (robot,) = read_fleet(['ur5e'])
    assert robot.embodiment == load_embodiment('ur5e')
    assert (robot.name, robot.namespace) == ('ur5e', '')
    assert robot.topic('octo/action') == 'octo/action'


def test_robots_of_one_kind_stand_beside_each_other():
    left, right = read_fleet(['left=widowx', 'right=widowx'])
    assert (left.name, right.name) == ('left', 'right')
    assert not set(topics(left.embodiment)) & set(topics(right.embodiment))
    assert left.embodiment.cameras['image_primary'].topic == '/left/camera_primary/image_raw'
    assert left.topic('octo/action') == 'left/octo/action'


def test_the_namespace_of_the_node_comes_first():
    (robot,) = read_fleet(['left=widowx'], within='/lab')
    assert robot.embodiment.joint_states.topic == '/lab/left/joint_states'


def test_relayed_cameras_are_in_the_robots_namespace():
    (robot,) = read_fleet(['left=widowx'], relayed=True)
    primary = robot.embodiment.cameras['image_primary']
    assert primary.topic == '/left/camera_primary/image_raw/octo/compressed'
    assert primary.transport == 'compressed'
    # The relay itself asks for the same topics in its own way.
    assert robot.embodiment == in_namespace(load_embodiment('widowx'), '/left').relayed()


def test_the_root_namespace_changes_nothing():
    embodiment = load_embodiment('franka')
    assert in_namespace(embodiment, '/') is embodiment


def test_depth_and_further_numbers_move_too():
    depth = DepthCamera(topic='/depth', height=16, width=16, max_age=0.3, max_skew=0.1)
    force = LowDimSource(topic='force', kind='wrench', max_age=0.1)
    given = replace(
        load_embodiment('franka'), depth_cameras={'depth_primary': depth}, low_dim={'force': force}
    )
    moved = in_namespace(given, '/a')
    assert {'/a/depth', '/a/force'} < set(topics(moved))
    assert all(topic.startswith('/a/') for topic in topics(moved))
    assert replace(moved.depth_cameras['depth_primary'], topic='/depth') == depth
    # Only cameras go through the relay.
    relayed = moved.relayed()
    assert (relayed.depth_cameras, relayed.low_dim) == (moved.depth_cameras, moved.low_dim)


def test_only_topics_change():
    moved = in_namespace(load_embodiment('franka'), '/a')
    assert all(topic.startswith('/a/') for topic in topics(moved))
    assert moved.limits == load_embodiment('franka').limits


@pytest.mark.parametrize(
    ('entries', 'word'),
    [
        ([], 'No robot is given'),
        (['widowx', 'ur5e'], 'share a namespace'),
        (['a=widowx', 'a=ur5e'], 'share a namespace'),
        (['1=widowx'], 'must begin with a letter'),
        (['=widowx'], 'must begin with a letter'),
    ],
)
def test_what_cannot_be_a_fleet_is_refused(entries, word):
    with pytest.raises(ConfigError, match=word):
        read_fleet(entries)


def test_an_unknown_contract_is_named():
    with pytest.raises(UnknownNameError, match='widowx'):
        read_fleet(['left=widow'])


def test_absolute_names_move_into_the_namespace():
    at_root, left = (read_fleet([entry])[0] for entry in ('widowx', 'left=widowx'))
    assert at_root.absolute('/octo/action') == at_root.absolute('octo/action') == '/octo/action'
    assert left.absolute('/octo/action') == '/left/octo/action'
