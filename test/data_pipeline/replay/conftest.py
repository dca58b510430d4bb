# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.observation.encoding import encode_jpeg

CAMERAS = {'image_primary': (48, 64), 'image_wrist': (32, 32)}
STEPS = 6


def record(name, success, blank=False):
    pictures = {
        key: tuple(
            b'' if blank else encode_jpeg(np.full((*size, 3), (30 * i, 200, 0), np.uint8))
            for i in range(STEPS)
        )
        for key, size in CAMERAS.items()
    }
    rows = np.zeros((STEPS, 7), np.float32)
    rows[:, 0] = np.linspace(-0.01, 0.02, STEPS)
    rows[:, 5] = 0.1
    rows[3:, 6] = 1
    words = 'put the cup on the shelf'
    return EpisodeRecord('run', name, words, success, True, 'achieved_pose', rows, rows, pictures)


@pytest.fixture(scope='session')
def dataset(tmp_path_factory):
    """Three episodes of six steps; nothing says how fast they were recorded."""
    folder = tmp_path_factory.mktemp('replay')
    with RldsWriter(folder, 'robot', DatasetLayout(CAMERAS)) as writer:
        writer.write(record('first', True), ('train',))
        writer.write(record('second', False), ('train',))
        writer.write(record('padded', None, blank=True), ('val',))
    return RldsDataset(folder)
