# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from octo_ros.cli.bag_to_rlds import add_arguments, run
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError

BAGS = Path(__file__).resolve().parents[1] / 'data/bags'


def command(*words):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args([str(word) for word in words]))


def test_bridge_bags_with_topics_from_the_command_line(tmp_path, capsys):
    topics = ('--pose-topic', '/arm/ee_pose', '--event-topic', '/episode/event')
    status = command(
        *(BAGS / 'bridge_ep0_mcap', BAGS / 'bridge_ep1_db3'),
        *('--embodiment', BAGS / 'bridge_widowx.yaml', '--output', tmp_path, '--name', 'bridge'),
        *('--hz', '5', *topics, '--instruction-topic', '/task/instruction'),
    )
    assert status == 0
    assert '20 steps at 5 Hz' in capsys.readouterr().out
    assert (tmp_path / 'bridge/1.0.0/dataset_info.json').is_file()


def test_overridden_topics_reach_the_bag(tmp_path):
    words = [
        *(BAGS / 'bridge_ep0_mcap', '--embodiment', 'widowx', '--output', tmp_path),
        *('--name', 'x', '--primary-topic', '/cam_primary/image_raw/compressed'),
    ]
    with pytest.raises(BagError, match='/hand, which is needed as image_wrist'):
        command(*words, '--wrist-topic', '/hand')
    wrist = ('--wrist-topic', '/cam_wrist/image_raw/compressed')
    with pytest.raises(BagError, match='/states, which is needed as joint states'):
        command(*words, *wrist, '--joint-states-topic', '/states')


def test_a_namespace_and_a_relay_move_the_topics(tmp_path):
    words = [BAGS / 'bridge_ep0_mcap', '--output', tmp_path, '--name', 'x']
    with pytest.raises(BagError, match='/left/camera_primary/image_raw, which is needed'):
        command(*words, '--embodiment', 'left=widowx')
    relayed = load_embodiment('widowx').relayed().cameras['image_primary'].topic
    with pytest.raises(BagError, match=f'{relayed}, which is needed as image_primary'):
        command(*words, '--embodiment', 'widowx', '--relayed')
    cameras = ('--primary-topic', '/cam_primary/image_raw/compressed')
    wrist = ('--wrist-topic', '/cam_wrist/image_raw/compressed')
    with pytest.raises(BagError, match='/left/joint_states, which is needed as joint states'):
        command(*words, '--embodiment', 'left=widowx', *cameras, *wrist)
