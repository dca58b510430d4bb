# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Every kind of message gives the numbers that its labels name."""

from __future__ import annotations

from array import array
from types import SimpleNamespace

import numpy as np
import pytest
from rosbags.typesys import Stores, get_typestore

from octo_ros.config import parse
from octo_ros.errors import ConfigError, ObservationError
from octo_ros.observation.low_dim import LOW_DIM_TYPES, decode_low_dim
from octo_ros.sources import LOW_DIM_KINDS, LowDimSource

TYPES = get_typestore(Stores.ROS2_JAZZY).types


def source(kind, **values):
    return parse(LowDimSource, {'topic': '/t', 'kind': kind, 'max_age': 0.1, **values}, 'test')


def vector(x, y, z):
    return SimpleNamespace(x=x, y=y, z=z)


MESSAGES = {
    'wrench': SimpleNamespace(
        wrench=SimpleNamespace(force=vector(1, 2, 3), torque=vector(4, 5, 6))
    ),
    'twist': SimpleNamespace(
        twist=SimpleNamespace(linear=vector(1, 2, 3), angular=vector(4, 5, 6))
    ),
    'imu': SimpleNamespace(
        angular_velocity=vector(1, 2, 3),
        linear_acceleration=vector(4, 5, 6),
        orientation=vector(9, 9, 9),
    ),
}


@pytest.mark.parametrize('kind', MESSAGES)
def test_vectors_come_in_the_order_of_their_labels(kind):
    wanted = source(kind)
    assert decode_low_dim(MESSAGES[kind], wanted).tolist() == [1, 2, 3, 4, 5, 6]
    assert [label[-1] for label in wanted.labels] == ['x', 'y', 'z'] * 2


@pytest.mark.parametrize('field', ['position', 'velocity', 'effort'])
def test_joints_are_picked_by_name(field):
    message = SimpleNamespace(name=['b', 'spare', 'a'], position=[], velocity=[], effort=[])
    setattr(message, field, [2.0, 9.0, 1.0])
    wanted = source(f'joint_{field}', names=['a', 'b'])
    assert decode_low_dim(message, wanted).tolist() == [1, 2]
    with pytest.raises(ObservationError, match=r'/t lacks c; it holds 3 .* for b, spare, a'):
        decode_low_dim(message, source(f'joint_{field}', names=['c']))
    setattr(message, field, [])
    with pytest.raises(ObservationError, match=f'lacks {field} values; it holds 0'):
        decode_low_dim(message, wanted)


@pytest.mark.parametrize('kind', ['float32_array', 'float64_array'])
@pytest.mark.parametrize('values', [[0.5, -1.0], array('f', [0.5, -1.0]), np.array([0.5, -1.0])])
def test_arrays_have_the_size_that_was_promised(kind, values):
    message = SimpleNamespace(data=values)
    assert decode_low_dim(message, source(kind, size=2)).tolist() == [0.5, -1.0]
    with pytest.raises(ObservationError, match=r'/t has 2 numbers; size says 3'):
        decode_low_dim(message, source(kind, size=3))


def test_numbers_that_are_not_finite_are_refused_by_label():
    message = SimpleNamespace(data=[1.0, np.nan])
    with pytest.raises(ObservationError, match=r"'left': 1.0, 'right': nan"):
        decode_low_dim(message, source('float32_array', size=2, names=['left', 'right']))


@pytest.mark.parametrize('kind', LOW_DIM_KINDS)
def test_every_kind_reads_a_ros_type_with_its_fields(kind):
    options = {'names': ['a']} if kind.startswith('joint_') else {}
    options |= {'size': 1} if kind.endswith('_array') else {}
    wanted = source(kind, **options)
    message = zeros(LOW_DIM_TYPES[kind])
    assert decode_low_dim(message, wanted).shape == (len(wanted.labels),)


def zeros(kind):
    """A message of a real type: numbers 0, one joint `a`, arrays of one."""
    store = get_typestore(Stores.ROS2_JAZZY)
    values = {}
    for name, (node, detail) in store.get_msgdef(kind).fields:
        if node.name == 'NAME':
            values[name] = zeros(detail)
        elif node.name == 'BASE':
            values[name] = '' if detail[0] == 'string' else 0
        else:
            is_text = detail[0][1][0] == 'string'
            values[name] = ['a'] if is_text else np.zeros(max(1, detail[1]))
    return TYPES[kind](**values)


@pytest.mark.parametrize(
    ('kind', 'values', 'why'),
    [
        ('joint_effort', {}, 'needs names'),
        ('joint_effort', {'names': ['a', 'a']}, 'a name twice: a, a'),
        ('joint_effort', {'names': ['a'], 'size': 1}, 'size is for arrays'),
        ('wrench', {'names': ['a']}, 'no names'),
        ('wrench', {'size': 6}, 'size is for arrays; kind wrench has 6'),
        ('float32_array', {}, 'needs size'),
        ('float32_array', {'size': 2, 'names': ['a']}, '1 entries for size 2'),
        ('pose', {}, 'joint_position'),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(kind, values, why):
    with pytest.raises(ConfigError, match=why):
        source(kind, **values)
