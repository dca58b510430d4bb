# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from octo_ros.data.conversion.request import ConversionRequest, Topics, with_topics
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ConfigError

ROBOT = load_embodiment('widowx')
REQUEST = ConversionRequest((Path('bag'),), ROBOT, Path('out'), 'name')


def test_the_rate_is_that_of_the_robots_actions_unless_given():
    assert (REQUEST.rate, REQUEST.period_ns) == (5.0, 200_000_000)
    assert replace(REQUEST, hz=10.0).period_ns == 100_000_000


def test_the_stored_contract_says_how_long_an_action_lasts():
    assert replace(REQUEST, hz=10.0).contract.action_dt == 0.1
    assert REQUEST.contract == ROBOT


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'bags': ()}, 'at least one bag'),
        ({'hz': 0.0}, '--hz is 0'),
        ({'hz': 1000.0}, '--hz is 1000'),
        ({'val_fraction': 0.0}, '--val is 0'),
        ({'val_fraction': 0.6}, '--val is 0.6'),
        ({'workers': 0}, '--workers is 0'),
        ({'beam_options': ('--region=x',)}, '--region=x: options of Apache Beam need a --runner'),
        (
            {'topics': Topics(commands='/go', gripper='/grip')},
            '--command-topic /go has no use: --action achieved_pose takes',
        ),
        ({'action_source': 'guess'}, "'guess'; it must be one of achieved_pose, "),
    ],
)
def test_values_out_of_range_are_refused(change, words):
    with pytest.raises(ConfigError, match=words):
        replace(REQUEST, **change)


def test_the_same_bag_by_several_names_is_refused(tmp_path):
    (tmp_path / 'bag').mkdir()
    (tmp_path / 'link').symlink_to('bag')
    bag, other = tmp_path / 'bag', tmp_path / 'other'
    replace(REQUEST, bags=(bag, other, tmp_path / 'bag2'))
    for again in (bag, tmp_path / 'link', tmp_path / 'other/../bag', bag / 'bag_0.mcap'):
        with pytest.raises(ConfigError, match=f'{bag} and {again} are the same bag'):
            replace(REQUEST, bags=(bag, other, again))


def test_topics_are_replaced_and_nothing_else():
    other = with_topics(ROBOT, {'image_wrist': '/hand'}, '/states')
    assert other.cameras['image_wrist'] == replace(ROBOT.cameras['image_wrist'], topic='/hand')
    assert other.joint_states.topic == '/states'
    assert with_topics(
        other, {'image_wrist': ROBOT.cameras['image_wrist'].topic}, None
    ) == replace(ROBOT, joint_states=other.joint_states)


def test_a_camera_that_the_robot_lacks_is_refused():
    with pytest.raises(ConfigError, match='no camera image_left; it has image_primary'):
        with_topics(ROBOT, {'image_left': '/left'}, None)
