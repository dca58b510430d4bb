# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`inspect_bag`: what is said about whole, damaged and missing bags."""

from __future__ import annotations

import json

import numpy as np
import pytest
from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from octo_ros.cli.main import main

MS = 1_000_000
STORE = get_typestore(Stores.ROS2_JAZZY)


@pytest.fixture(scope='module')
def bag(tmp_path_factory):
    """Joint states at 50 Hz that arrive after 3 ms, and a word."""
    path = tmp_path_factory.mktemp('bags') / 'bag'
    make = STORE.types
    writer = Writer(path, version=9, storage_plugin=StoragePlugin.MCAP)
    writer.set_compression(CompressionMode.MESSAGE, CompressionFormat.ZSTD)
    with writer:
        joints, words = (
            writer.add_connection(topic, kind, typestore=STORE)
            for topic, kind in (
                ('/joint_states', 'sensor_msgs/msg/JointState'),
                ('/words', 'std_msgs/msg/String'),
            )
        )
        for i in range(51):
            stamp = make['builtin_interfaces/msg/Time'](100, 20 * i * MS % 10**9)
            header = make['std_msgs/msg/Header'](stamp, '')
            none = np.zeros(0)
            state = make['sensor_msgs/msg/JointState'](header, ['a'], none, none, none)
            raw = STORE.serialize_cdr(state, 'sensor_msgs/msg/JointState')
            writer.write(joints, 100 * 10**9 + (20 * i % 1000 + 3) * MS, raw)
        text = make['std_msgs/msg/String']('go')
        raw = STORE.serialize_cdr(text, 'std_msgs/msg/String')
        writer.write(words, 100 * 10**9 + 500 * MS, raw)
    return path


def test_json_has_every_figure(bag, capsys):
    assert main(['inspect_bag', str(bag), '--json']) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told['storage'], told['compression']) == ('mcap', 'zstd messages')
    assert told['files'] == ['bag.mcap']
    joints, words = told['topics']
    assert (joints['header'], joints['timing']['messages']) == (True, 51)
    assert joints['timing']['latency_median_ms'] == 3.0
    assert (words['header'], words['timing']['type']) == (False, 'std_msgs/msg/String')
    assert told['robots']['widowx']['present'] == ['/joint_states']
    assert len(told['robots']['widowx']['missing']) == 2
    assert told['losses']['sentences'] == []


def test_the_table_tells_the_same(bag, capsys):
    assert main(['inspect_bag', str(bag)]) == 0
    said = capsys.readouterr().out
    for part in ('zstd messages', '/joint_states', 'widowx', '1 of its 3 topics', '3.0'):
        assert part in said


def test_a_damaged_bag_is_a_sentence_or_salvaged(bag, tmp_path, capsys):
    cut = tmp_path / 'cut.mcap'
    cut.write_bytes((bag / 'bag.mcap').read_bytes()[:-50])
    assert main(['inspect_bag', str(cut), str(bag)]) == 1
    told = capsys.readouterr()
    assert '--salvage keeps them' in told.err
    assert 'Traceback' not in told.err
    assert '/joint_states' in told.out
    assert main(['inspect_bag', str(cut), '--salvage']) == 0
    assert 'the recording was cut off' in capsys.readouterr().out
