# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import av
import numpy as np
import pytest
from PIL import Image

from octo_ros.cli.main import main
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.observation.encoding import encode_jpeg


@pytest.fixture
def dataset(tmp_path):
    rows = np.zeros((3, 7), np.float32)
    jpegs = (encode_jpeg(np.full((32, 32, 3), 120, np.uint8)),) * 3
    with RldsWriter(tmp_path, 'robot', DatasetLayout({'image_primary': (32, 32)})) as writer:
        writer.write(
            EpisodeRecord(
                'run', 'a', 'wave', True, True, 'joint', rows, rows, {'image_primary': jpegs}
            ),
            ('train',),
        )
    return tmp_path


def test_a_video_has_a_frame_per_step(dataset, tmp_path, capsys):
    output = tmp_path / 'a.mp4'
    assert main(['replay', str(dataset), '--hz', '4', '--output', str(output)]) == 0
    assert f'Wrote {output}' in capsys.readouterr().out
    with av.open(str(output)) as video:
        assert video.streams.video[0].average_rate == 4
        assert len(list(video.decode(video=0))) == 3


def test_a_sheet_is_a_picture_and_missing_rates_are_told(dataset, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(['replay', str(dataset), '--sheet', '--episode', 'a']) == 0
    assert 'Nothing says how fast' in capsys.readouterr().err
    with Image.open(tmp_path / 'robot_train_0.png') as sheet:
        assert sheet.size[0] >= 900


def test_names_are_printed_as_they_are(dataset, tmp_path, capsys):
    output = tmp_path / 'a[' / 'b].png'
    output.parent.mkdir()
    odd = next(dataset.rglob('dataset_info.json')).with_name('odd.yaml')
    odd.write_bytes(b'name: \xff')
    assert main(['replay', str(dataset), '--sheet', '--output', f'{tmp_path}/x[/b].png']) == 1
    assert main(['replay', str(dataset), '--sheet', '--output', str(output)]) == 0
    printed = capsys.readouterr()
    assert f'Wrote {output}' in printed.out
    assert 'odd.yaml is no contract of a robot' in printed.err


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (['--output', 'a.png'], 'must end in .mp4'),
        (['--output', 'nowhere/a.mp4'], 'there is no directory nowhere'),
        (['--output', '/proc/a.mp4'], '/proc/a.mp4 cannot be written'),
        (['--sheet', '--output', '/proc/a.png'], '/proc/a.png cannot be written'),
        (['--moments', '0'], 'must lie in 1'),
        (['--hz', '0'], 'must lie in 0.1'),
        (['--split', 'val'], "Unknown split 'val'"),
        (['--episode', 'b'], "no episode 'b' in train"),
    ],
)
def test_what_cannot_be_done_is_said(dataset, options, words, capsys):
    assert main(['replay', str(dataset), *options]) == 1
    assert words in capsys.readouterr().err
