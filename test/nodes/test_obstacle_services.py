# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What may be put into the safety filter's world by a service."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from geometry_msgs.msg import Quaternion, Vector3

from octo_ros.errors import SafetyError
from octo_ros.nodes.obstacle_services import MAX_OBSTACLES, ObstacleServices
from octo_ros_msgs.srv import AddObstacle, RemoveObstacle

from .fake_node import FakeNode

pytestmark = pytest.mark.ros


class FakeFilter:
    def __init__(self):
        self.obstacles = ()

    def add_obstacle(self, obstacle):
        self.obstacles += (obstacle,)

    def capsules(self):
        return (SimpleNamespace(link='wrist'),)

    def remove_obstacle(self, name):
        msg = f'There is no obstacle {name!r}.'
        raise SafetyError(msg)


@pytest.fixture
def safety():
    return FakeFilter()


@pytest.fixture
def services(safety):
    node = FakeNode()
    ObstacleServices(node, safety, 'base')
    return node.services


def box(**fields):
    request = AddObstacle.Request(name='box', frame_id='base', size=Vector3(x=0.1, y=0.2, z=0.3))
    request.pose.position.x = 0.5
    request.pose.orientation = Quaternion(z=math.sqrt(0.5), w=math.sqrt(0.5))
    for name, value in fields.items():
        setattr(request, name, value)
    return request


def add(services, request):
    return services['~/add_obstacle'](request, AddObstacle.Response())


def test_a_box_arrives_as_it_was_given(services, safety):
    answer = add(services, box())
    assert answer.success
    assert 'box' in answer.message
    (obstacle,) = safety.obstacles
    assert (obstacle.name, obstacle.size) == ('box', (0.1, 0.2, 0.3))
    assert obstacle.xyz == (0.5, 0.0, 0.0)
    assert np.array(obstacle.rpy) == pytest.approx([0.0, 0.0, math.pi / 2])


def far():
    pose = box().pose
    pose.position.y = -11.0
    return pose


def turned(w):
    pose = box().pose
    pose.orientation = Quaternion(w=w)
    return pose


@pytest.mark.parametrize(
    ('fields', 'text'),
    [
        ({'frame_id': 'camera'}, "'base'"),
        ({'frame_id': ''}, "'base'"),
        ({'name': ''}, '1 to 64 characters'),
        ({'name': 'x' * 65}, '1 to 64 characters'),
        ({'name': 'table'}, 'table'),
        ({'name': 'wrist'}, "'wrist'"),
        ({'name': 'box\nERROR: fire'}, "'box\\nERROR: fire'"),
        ({'name': 'box\x1b[2J'}, 'can be printed'),
        ({'name': 'x' * 10**6}, "xxx…'"),
        ({'frame_id': 'x' * 10**6}, "xxx…'"),
        ({'size': Vector3(x=0.0009, y=0.1, z=0.1)}, '0.001 to 10 m'),
        ({'size': Vector3(x=1e-300, y=0.1, z=0.1)}, '0.001 to 10 m'),
        ({'size': Vector3(x=0.1, y=0.0, z=0.1)}, 'size'),
        ({'size': Vector3(x=-0.1, y=0.1, z=0.1)}, 'size'),
        ({'size': Vector3(x=math.nan, y=0.1, z=0.1)}, 'finite'),
        ({'size': Vector3(x=math.inf, y=0.1, z=0.1)}, 'finite'),
        ({'size': Vector3(x=11.0, y=0.1, z=0.1)}, '10 m'),
        ({'pose': far()}, '10 m'),
        ({'pose': turned(0.0)}, 'norm'),
        (
            {'pose': turned(math.nan)},
            'nan',
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(services, safety, fields, text):
    answer = add(services, box(**fields))
    assert not answer.success
    assert text in answer.message
    assert len(answer.message) < 200
    assert answer.message.isprintable()
    assert not safety.obstacles


def test_there_is_an_end_to_them(services, safety):
    for number in range(MAX_OBSTACLES):
        assert add(services, box(name=f'box {number}')).success
    answer = add(services, box(name='one more'))
    assert not answer.success
    assert str(MAX_OBSTACLES) in answer.message


def test_the_filter_s_own_refusal_is_passed_on(services):
    request = RemoveObstacle.Request(name='nothing')
    answer = services['~/remove_obstacle'](request, RemoveObstacle.Response())
    assert not answer.success
    assert 'nothing' in answer.message
