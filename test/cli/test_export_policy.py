# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`export_policy`, from a checkpoint and a dataset to a directory that is checked when read."""

from pathlib import Path

import numpy as np
import pytest

from octo_ros.cli.main import main
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.policy.engines.exported import Exported

CHECKPOINT = Path(__file__).resolve().parents[1] / 'data/octo_tiny_lang/checkpoint'
CAMERAS = {'image_primary': (64, 64), 'image_wrist': (32, 32)}


@pytest.fixture
def dataset(tmp_path):
    rng = np.random.default_rng(0)
    rows = np.zeros((4, 7), np.float32)
    images = {
        key: tuple(encode_jpeg(rng.integers(0, 256, (*size, 3), dtype=np.uint8)) for _ in range(4))
        for key, size in CAMERAS.items()
    }
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        writer.write(
            EpisodeRecord('run', 'a', 'pick', True, True, 'achieved_pose', rows, rows, images),
            ('train',),
        )
    return tmp_path


@pytest.mark.slow
def test_eight_bits_from_a_dataset(dataset, tmp_path, capsys):
    output = tmp_path / 'made' / 'int8'
    arguments = ['export_policy', str(CHECKPOINT), '--output', str(output)]
    options = ['--precision', 'int8', '--calibration', str(dataset), '--embodiment', 'widowx']
    assert main([*arguments, *options]) == 0
    assert 'files' in capsys.readouterr().out
    exported = Exported.read(output)
    assert exported.manifest.precision == 'int8'
    assert exported.manifest.embodiment == 'widowx'
    assert exported.manifest.source['name'] == 'checkpoint'
    assert [path.name for path in output.parent.iterdir()] == ['int8']
    assert main(arguments) == 1
    assert 'exists already' in capsys.readouterr().err


def test_eight_bits_without_a_dataset_are_refused(tmp_path, capsys):
    arguments = [str(CHECKPOINT), '--output', str(tmp_path / 'out'), '--precision', 'int8']
    assert main(['export_policy', *arguments]) == 1
    assert 'needs a calibration set: give --calibration RLDS_DIR' in capsys.readouterr().err
