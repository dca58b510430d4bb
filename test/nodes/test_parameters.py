# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from typing import Annotated, Literal

import pytest
import rclpy
from pydantic import Field
from rclpy.context import Context
from rclpy.node import Node

from octo_ros.config import config_dataclass
from octo_ros.errors import ConfigError
from octo_ros.nodes.parameters import declare


@config_dataclass
class Parameters:
    robot: Annotated[str, Field(description='Which robot')]
    mode: Annotated[Literal['a', 'b'], Field(description='How')] = 'a'
    rate: Annotated[float, Field(gt=0, le=50, description='Speed [Hz]')] = 10.0


@pytest.fixture
def make_node(domain_id):
    made = []

    def make(*arguments):
        context = Context()
        rclpy.init(context=context, domain_id=domain_id, args=['--ros-args', *arguments])
        node = Node('with_parameters', context=context)
        made.append((node, context))
        return node

    yield make
    for node, context in made:
        node.destroy_node()
        rclpy.try_shutdown(context=context)


def test_values_and_defaults(make_node):
    node = make_node('-p', 'robot:=ur5e', '-p', 'rate:=20')
    assert declare(node, Parameters) == Parameters(robot='ur5e', rate=20.0)


def test_description_and_range_are_shown(make_node):
    node = make_node('-p', 'robot:=ur5e')
    declare(node, Parameters)
    descriptor = node.describe_parameter('rate')
    assert descriptor.description == 'Speed [Hz]'
    assert descriptor.additional_constraints == 'above 0, at most 50'
    assert descriptor.read_only
    assert "one of ['a', 'b']" in node.describe_parameter('mode').additional_constraints


@pytest.mark.parametrize(
    ('arguments', 'named'),
    [
        ((), 'robot'),
        (('-p', 'robot:=x', '-p', 'rate:=0.0'), 'rate'),
        (('-p', 'robot:=x', '-p', 'rate:=51'), 'rate'),
        (('-p', 'robot:=x', '-p', 'mode:=c'), 'mode'),
        (('-p', 'robot:=yes'), 'robot'),
    ],
)
def test_bad_values_are_named(make_node, arguments, named):
    node = make_node(*arguments)
    with pytest.raises(ConfigError, match=named):
        declare(node, Parameters)


def test_read_only(make_node):
    node = make_node('-p', 'robot:=ur5e')
    declare(node, Parameters)
    result = node.set_parameters([rclpy.parameter.Parameter('rate', value=5.0)])[0]
    assert not result.successful
