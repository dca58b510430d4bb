# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""However long an episode is, its pictures are never in memory."""

from __future__ import annotations

import tracemalloc
from types import SimpleNamespace

import numpy as np

from octo_ros.data.conversion.parts import PartCollector
from octo_ros.data.conversion.pictures import PictureStore
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.data.timing.align import Tick
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.types import JointState, Observation

STEPS, PICTURE_BYTES, ALLOWED_BYTES = 400, 200_000, 8_000_000


def test_80_megabytes_of_pictures_pass_through_8(tmp_path):
    jpeg = encode_jpeg(np.zeros((16, 16, 3), np.uint8))
    camera = SimpleNamespace(format='jpeg', data=jpeg + bytes(PICTURE_BYTES))
    joints = JointState(0, np.zeros(6), np.zeros(6), 1.0)
    layout = DatasetLayout({'image_primary': (16, 16)}, {'depth_primary': (16, 16)})
    image, depth = np.zeros((16, 16, 3), np.uint8), np.ones((16, 16, 1), np.float32)
    # What is imported and made once is not the episode's.
    with RldsWriter(tmp_path / 'warm', 'robot', layout) as writer:
        writer.write(_record(1, [jpeg], [depth.tobytes()]), ('train',))
    tracemalloc.start()
    (tmp_path / 'spool').mkdir()
    with PictureStore(tmp_path / 'spool', ['image_primary'], ['depth_primary']) as store:
        collector = PartCollector(None, STEPS * 100, 100, store)
        for i in range(STEPS):
            seen = Observation(
                i * 100,
                {'image_primary': image},
                np.zeros(7, np.float32),
                depths={'depth_primary': depth},
            )
            collector.add(Tick(i * 100, seen, {'image_primary': camera}, joints))
        images, depths = store.images()['image_primary'], store.depths()['depth_primary']
    with RldsWriter(tmp_path / 'out', 'robot', layout) as writer:
        writer.write(_record(STEPS, images, depths), ('train',))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    (shard,) = writer.target.glob('*.tfrecord-*')
    assert shard.stat().st_size > STEPS * PICTURE_BYTES
    assert peak < ALLOWED_BYTES


def _record(steps, images, depths):
    rows = np.zeros((steps, 7), np.float32)
    return EpisodeRecord(
        *('run', 'a', 'wave', True, True, 'achieved_pose', rows, rows),
        images={'image_primary': images},
        depths={'depth_primary': depths},
    )
