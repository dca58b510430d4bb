# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""YAML files become frozen dataclasses, or an error that names every problem."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Annotated

import pytest
from pydantic import Field

from octo_ros.config import config_dataclass, load_yaml, parse
from octo_ros.errors import ConfigError


@config_dataclass
class Wheel:
    radius: Annotated[float, Field(gt=0)]
    name: str = 'front'


@config_dataclass
class Cart:
    wheels: tuple[Wheel, ...]


def test_values_are_read_and_defaults_kept():
    cart = parse(Cart, {'wheels': [{'radius': 1}, {'radius': 0.5, 'name': 'rear'}]}, 'cart.yaml')
    assert cart.wheels == (Wheel(radius=1.0), Wheel(radius=0.5, name='rear'))
    assert isinstance(cart.wheels[0].radius, float)


def test_result_is_frozen():
    wheel = parse(Wheel, {'radius': 1.0}, 'wheel.yaml')
    with pytest.raises(FrozenInstanceError):
        wheel.radius = 2.0


@pytest.mark.parametrize(
    ('values', 'where'),
    [
        ({'radius': 1.0, 'colour': 'red'}, 'colour: .*found .red'),
        ({}, 'radius: Field required'),
        ({'radius': 0.0}, 'radius: .*greater than 0.*found 0.0'),
        ({'radius': float('nan')}, 'radius: '),
        ({'radius': float('inf')}, 'radius: .*finite'),
        ({'radius': 'big'}, "radius: .*found 'big'"),
    ],
)
def test_what_is_unknown_missing_or_out_of_range_is_refused(values, where):
    with pytest.raises(ConfigError, match=r'(?s)wheel\.yaml is not valid.*' + where):
        parse(Wheel, values, 'wheel.yaml')


def test_every_problem_is_listed_with_its_path():
    with pytest.raises(ConfigError) as error:
        parse(Cart, {'wheels': [{'radius': -1}, {'radius': 1, 'name': 3}]}, 'cart.yaml')
    assert 'wheels.0.radius' in str(error.value)
    assert 'wheels.1.name' in str(error.value)


def test_yaml_mapping_is_read(tmp_path):
    path = tmp_path / 'a.yaml'
    path.write_text('radius: 0.5\nname: x\n')
    assert load_yaml(path) == {'radius': 0.5, 'name': 'x'}


@pytest.mark.parametrize(
    ('text', 'why'),
    [('- 1\n', 'must hold a mapping'), ('', 'must hold a mapping'), ('a: [1\n', 'is not YAML')],
)
def test_other_content_is_refused(tmp_path, text, why):
    path = tmp_path / 'a.yaml'
    path.write_text(text)
    with pytest.raises(ConfigError, match=why):
        load_yaml(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r'Cannot read .*gone\.yaml: No such file'):
        load_yaml(tmp_path / 'gone.yaml')


def test_text_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / 'a.yaml'
    path.write_bytes(b'name: \xff')
    with pytest.raises(ConfigError, match=r'a\.yaml is not YAML: .*0xff'):
        load_yaml(path)
