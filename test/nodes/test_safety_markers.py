# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The picture of what the safety filter guards."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from visualization_msgs.msg import Marker

from octo_ros.embodiment import load_embodiment
from octo_ros.geometry import Pose
from octo_ros.limits import Obstacle, Plane
from octo_ros.nodes.conversions import array_from_vector, pose_from_message
from octo_ros.nodes.safety_markers import SafetyMarkers
from octo_ros.safety.report import Body, MotionReport, NearestPair
from octo_ros.safety_codes import SafetyState

from .fake_node import FakeNode

pytestmark = pytest.mark.ros
ROBOT = load_embodiment('franka')
TILTED = Pose.from_xyz_rpy([0.4, 0.1, 0.3], [0.3, 0.8, -0.2])
PATH = np.array([[0.5, 0.0, 0.2], [0.51, 0.0, 0.2]])


@pytest.fixture
def shown():
    node = FakeNode()
    pair = NearestPair('hand', 'post', 0.0123, 0.02, np.array([1, 2, 3]), np.array([4, 5, 6]))
    safety = SimpleNamespace(
        state=SafetyState.LATCHED,
        latch='The arm does not follow.',
        obstacles=(Obstacle(name='post', size=(0.1, 0.2, 0.3), xyz=(0.5, 0.0, 0.1)),),
        capsules=lambda: (
            Body('forearm', 'capsule', (0.05, 0.2), TILTED),
            Body('hand', 'box', (0.1, 0.2, 0.04), TILTED),
        ),
        report=lambda: MotionReport(0.1, 0.2, 1.0, 1.0, pair, PATH, 0.01),
    )
    plane = Plane(normal=(0.0, 0.6, 0.8), offset=0.1)
    robot = replace(ROBOT, limits=replace(ROBOT.limits, planes=(plane,)))
    markers = SafetyMarkers(node, robot, safety)
    publisher = node.publishers['~/markers']
    ((_, publish),) = node.timers

    def look():
        publish()
        return publisher.sent[-1].markers

    return SimpleNamespace(look=look, safety=safety, publisher=publisher, markers=markers)


def of(markers, namespace):
    return [marker for marker in markers if marker.ns == namespace]


def corners(box):
    pose, half = pose_from_message(box.pose), 0.5 * array_from_vector(box.scale)
    signs = np.array(list(np.ndindex(2, 2, 2))) * 2 - 1
    return pose.position + (signs * half) @ pose.rotation.T


def test_every_marker_is_in_the_base_frame_and_vanishes_with_the_filter(shown):
    markers = shown.look()
    keys = [(marker.ns, marker.id) for marker in markers]
    assert len(set(keys)) == len(keys)
    assert {marker.header.frame_id for marker in markers} == {ROBOT.base_frame}
    assert {marker.lifetime.sec for marker in markers} == {1}
    assert all(marker.color.a > 0 for marker in markers)
    assert {marker.ns for marker in markers} == {
        'workspace',
        'planes',
        'table',
        'obstacles',
        'arm',
        'nearest',
        'stop path',
        'state',
    }


def test_nothing_is_made_when_nobody_looks(shown):
    shown.publisher.subscribers = 0
    with pytest.raises(IndexError):
        shown.look()


def test_boxes_are_where_they_are(shown):
    markers = shown.look()
    limits = ROBOT.limits
    box, edges = of(markers, 'workspace')
    assert corners(box).min(axis=0) == pytest.approx(limits.workspace_min)
    assert corners(box).max(axis=0) == pytest.approx(limits.workspace_max)
    points = np.array([array_from_vector(point) for point in edges.points]).reshape(12, 2, 3)
    assert (np.count_nonzero(points[:, 0] != points[:, 1], axis=1) == 1).all()
    assert len({point.tobytes() for point in points.reshape(24, 3)}) == 8
    (table,) = of(markers, 'table')
    assert corners(table)[:, 2].max() == pytest.approx(ROBOT.collision.table_height, abs=0.002)
    (post,) = of(markers, 'obstacles')
    assert corners(post).min(axis=0) == pytest.approx([0.45, -0.1, -0.05])
    (plane,) = of(markers, 'planes')
    middle = pose_from_message(plane.pose)
    assert middle.position @ [0.0, 0.6, 0.8] == pytest.approx(0.1)
    assert middle.rotation[:, 2] == pytest.approx([0.0, 0.6, 0.8])
    assert np.linalg.det(middle.rotation) == pytest.approx(1.0)


def test_a_capsule_is_a_cylinder_and_two_balls(shown):
    balls, cylinder, box = of(shown.look(), 'arm')
    assert [balls.type, cylinder.type, box.type] == [
        Marker.SPHERE_LIST,
        Marker.CYLINDER,
        Marker.CUBE,
    ]
    ends = np.array([array_from_vector(point) for point in balls.points])
    assert ends.mean(axis=0) == pytest.approx(TILTED.position)
    assert (ends[1] - ends[0]) == pytest.approx(0.2 * TILTED.rotation[:, 2])
    assert array_from_vector(balls.scale) == pytest.approx([0.1] * 3)
    assert array_from_vector(cylinder.scale) == pytest.approx([0.1, 0.1, 0.2])
    assert pose_from_message(cylinder.pose).rotation == pytest.approx(TILTED.rotation)
    assert array_from_vector(box.scale) == pytest.approx([0.1, 0.2, 0.04])


def test_the_nearest_pair_the_stop_and_the_latch_can_be_read(shown):
    markers = shown.look()
    line, text = of(markers, 'nearest')
    assert [array_from_vector(point).tolist() for point in line.points] == [[1, 2, 3], [4, 5, 6]]
    assert text.text == 'hand – post: 12 mm'
    (path,) = of(markers, 'stop path')
    assert [array_from_vector(point).tolist() for point in path.points] == PATH.tolist()
    (state,) = of(markers, 'state')
    assert state.text == 'LATCHED\nThe arm does not follow.'


def test_the_colour_of_the_arm_is_the_state(shown):
    seen = set()
    for state in SafetyState:
        shown.safety.state = state
        markers = shown.look()
        (text,) = of(markers, 'state')
        seen.add((text.color.r, text.color.g, text.color.b))
        arm = of(markers, 'arm')
        assert bool(arm) == (state is not SafetyState.INACTIVE)
        assert {(m.color.r, m.color.g, m.color.b) for m in arm} <= {
            (text.color.r, text.color.g, text.color.b)
        }
    assert len(seen) == len(SafetyState)
