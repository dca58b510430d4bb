# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Datasets of every kind that the converter makes, to be read by others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ConversionRequest, Topics
from octo_ros.data.rlds import shards as rlds_shards
from octo_ros.embodiment import load_embodiment
from octo_ros.sources import DepthCamera, LowDimSource
from octo_ros.types import EpisodeEventKind as Kind

from ..conftest import BagMaker

BAGS = Path(__file__).resolve().parents[2] / 'data/bags'
WIDOWX = load_embodiment('widowx')


def made_bag(path, episodes):
    """A WidowX that waves for a second and a half at a time; every third time it fails."""
    bag = BagMaker().robot(0, 2000 * episodes)
    for i in range(episodes):
        bag.event(2000 * i + 200, Kind.START, f'wave {i}', f'wave {i % 2}')
        bag.event(2000 * i + 1700, Kind.FAILURE if i % 3 == 2 else Kind.SUCCESS, f'wave {i}')
    return bag.write(path)


def bridge_bags(folder):
    """Two real episodes of BridgeData V2."""
    robot = load_embodiment(str(BAGS / 'bridge_widowx.yaml'))
    topics = Topics(events='/episode/event', instruction='/task/instruction', pose='/arm/ee_pose')
    bags = (BAGS / 'bridge_ep0_mcap', BAGS / 'bridge_ep1_db3')
    convert(ConversionRequest(bags, robot, folder / 'out', 'bridge_bags', 5.0, topics=topics))


def single(folder):
    """One episode, which is both splits."""
    bag = made_bag(folder / 'bag', 1)
    convert(ConversionRequest((bag,), WIDOWX, folder / 'out', 'single'))


def shards(folder):
    """Several files per split."""
    before, rlds_shards.SHARD_BYTES = rlds_shards.SHARD_BYTES, 1
    try:
        bag = made_bag(folder / 'bag', 6)
        request = ConversionRequest((bag,), WIDOWX, folder / 'out', 'shards', val_fraction=0.5)
        convert(request)
    finally:
        rlds_shards.SHARD_BYTES = before


def joints(folder):
    """Actions of six joints and a gripper, which are no displacements."""
    bag = made_bag(folder / 'bag', 2)
    convert(ConversionRequest((bag,), WIDOWX, folder / 'out', 'joints', action_source='joint'))


def extra(folder):
    """A depth camera and a vector of joint velocities."""
    bag = BagMaker().robot(0, 2000)
    for ms in range(0, 2000, 100):
        depth = np.full((20, 30), 500 + ms // 10, np.uint16)
        depth[:4] = 0
        fields = (bag.header(ms), 20, 30, '16UC1', 0, 60, depth.view(np.uint8).ravel())
        bag.add(ms + 20, '/depth', bag.make('sensor_msgs/msg/Image', *fields))
        numbers = bag.make('std_msgs/msg/Float32MultiArray', *array_fields(bag, ms))
        bag.add(ms, '/tactile', numbers)
    for start, name in ((200, 'a'), (1200, 'b')):
        bag.event(start, Kind.START, name, 'wave')
        bag.event(start + 700, Kind.SUCCESS, name)
    depth_camera = DepthCamera(topic='/depth', height=16, width=24, max_age=0.5, max_skew=0.1)
    tactile = LowDimSource(
        topic='/tactile', kind='float32_array', names=('left', 'right'), size=2, max_age=0.5
    )
    robot = replace(
        WIDOWX, depth_cameras={'depth_primary': depth_camera}, low_dim={'tactile': tactile}
    )
    path = bag.write(folder / 'bag')
    convert(ConversionRequest((path,), robot, folder / 'out', 'extra'))


def array_fields(bag, ms):
    layout = bag.make('std_msgs/msg/MultiArrayLayout', [], 0)
    return layout, np.array([ms / 1000, -ms / 1000], np.float32)


def appended(folder):
    """Made in two runs, with two workers."""
    for run, name in enumerate(('first', 'second')):
        bag = made_bag(folder / name, 3)
        request = ConversionRequest((bag,), WIDOWX, folder / 'out', 'appended', workers=2)
        convert(replace(request, append=run > 0))


KINDS = {make.__name__: make for make in (bridge_bags, single, shards, joints, extra, appended)}


@pytest.fixture(scope='session', params=KINDS)
def dataset(request, tmp_path_factory):
    """Directory of one dataset, its version included."""
    folder = tmp_path_factory.mktemp(request.param)
    KINDS[request.param](folder)
    return folder / 'out' / request.param / '1.0.0'


@pytest.fixture(scope='session')
def tfds():
    """tensorflow-datasets with TensorFlow behind it."""
    import tensorflow as tf
    import tensorflow_datasets

    tf.config.threading.set_inter_op_parallelism_threads(2)
    np.set_printoptions(threshold=20)
    return tensorflow_datasets
