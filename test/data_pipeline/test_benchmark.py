# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark's bags are what it says, and its goals are judged the right way round."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.observation.images import decode

SCRIPT = Path(__file__).parents[2] / 'benchmarks/bag_to_rlds.py'


@pytest.fixture(scope='module')
def script():
    spec = importlib.util.spec_from_file_location('bag_to_rlds_benchmark', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    module.PICTURES = 3
    return module


@pytest.mark.parametrize('name', ['raw MCAP', 'JPEG MCAP', 'raw db3'])
def test_bags_hold_pictures_joints_and_marks_with_their_stamps(script, tmp_path, name):
    kind, plugin = script.BAGS[name]
    script.make_bag(tmp_path / 'bag', 0.2, kind, plugin, 1)
    pictures = list(script.pictures())
    with Bag(tmp_path / 'bag') as bag:
        messages = list(bag.messages(list(bag.topics)))
    cameras = [camera.topic for camera in script.CAMERAS.values()]
    counts = [sum(m.topic == topic for m in messages) for topic in (*cameras, '/joint_states')]
    assert counts == [6, 6, 20]
    assert [m.value.data for m in messages if m.topic == '/octo/episode'] == ['start', 'success']
    first = [m for m in messages if m.topic == cameras[0]]
    assert [m.received_ns - m.stamp_ns for m in first] == [12_000_000] * 6
    assert np.ptp(np.diff([m.stamp_ns for m in first])) <= 1
    error = np.abs(decode(first[4].value).astype(int) - pictures[1])
    assert error.max() == 0 if kind == 'raw' else error.mean() < 5


def test_goals(script):
    assert script.Goal('speed', 2.0, 1.8).met
    assert not script.Goal('speed', 1.7, 1.8).met
    assert script.Goal('memory', 200, 250, at_most=True).met
    assert not script.Goal('memory', 300, 250, at_most=True).met


def test_a_step_takes_what_its_messages_take(script):
    limits = {'glance at picture': 0.02, 'read picture': 0.24}
    limits |= {'read joints': 0.01, 'joints': 0.02, 'write': 0.3}
    limits |= {'decode 256': 1.0, 'resize 256': 2.0, 'encode 256': 0.5}
    sums = script.per_step(limits)
    assert sums == pytest.approx({'pictures': 3.5, 'reading': 0.7, 'rest': 0.5})
