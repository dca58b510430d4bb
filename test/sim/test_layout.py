# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Surroundings of the simulated robots."""

from __future__ import annotations

from dataclasses import replace

import pytest

from octo_ros.config import load_yaml, parse
from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.resources import share_directory
from octo_ros.robots.model import load_robot_model
from octo_ros.sim.layout import BlockLayout, Layout, load_layout


@pytest.mark.parametrize('name', robot_names())
def test_every_robot_has_surroundings_that_suit_it(name):
    embodiment = load_embodiment(name)
    layout = load_layout(embodiment)
    assert set(layout.cameras) == set(embodiment.cameras)
    assert len(layout.blocks.colors) == 3


@pytest.mark.parametrize('name', robot_names())
def test_blocks_never_touch_the_bin(name):
    layout = load_layout(load_embodiment(name))
    near_wall = layout.bin.center[1] - layout.bin.size[1] / 2 - layout.bin.wall
    assert near_wall - layout.blocks.area_max[1] > layout.blocks.size


@pytest.mark.parametrize('name', robot_names())
def test_blocks_fit_between_the_fingers(name):
    embodiment = load_embodiment(name)
    model, size = load_robot_model(embodiment), load_layout(embodiment).blocks.size
    assert 2 * model.finger_closed + 0.005 < size < 2 * model.finger_open - 0.01


def test_an_unknown_robot_is_refused_with_the_known_ones():
    stranger = replace(load_embodiment('widowx'), name='stranger')
    with pytest.raises(UnknownNameError, match='Known: fr3, franka, ur5, ur5e, widowx'):
        load_layout(stranger)


def test_a_camera_of_the_contract_must_be_placed():
    embodiment = load_embodiment('widowx')
    camera = embodiment.cameras['image_primary']
    odd = replace(embodiment, cameras={**embodiment.cameras, 'image_left': camera})
    with pytest.raises(ConfigError, match='lacks cameras that widowx has: image_left'):
        load_layout(odd)


def test_blocks_outside_the_workspace_are_refused():
    embodiment = load_embodiment('widowx')
    limits = replace(embodiment.limits, workspace_max=(0.3, 0.25, 0.25))
    with pytest.raises(ConfigError, match=r'blocks.area_max is \(0.37'):
        load_layout(replace(embodiment, limits=limits))


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        ({'colors': ('red', 'red')}, 'each colour once'),
        ({'colors': ('pink',)}, 'pink'),
        ({'area_max': (0.0, 0.0)}, 'area_min must lie below'),
        ({'size': 0.0}, 'size'),
    ],
)
def test_impossible_blocks_are_refused(change, complaint):
    values = load_yaml(share_directory() / 'config/sim/widowx.yaml')['blocks']
    with pytest.raises(ConfigError, match=complaint):
        parse(BlockLayout, values | change, 'test')


def test_a_misspelt_key_is_refused():
    values = load_yaml(share_directory() / 'config/sim/widowx.yaml')
    with pytest.raises(ConfigError, match='tabel'):
        parse(Layout, values | {'tabel': {}}, 'test')
