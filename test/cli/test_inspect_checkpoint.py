# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from octo_ros.cli.main import main

DATA = Path(__file__).parents[1] / 'data'
LANG = DATA / 'octo_tiny_lang/checkpoint'


def test_tables(capsys):
    assert main(['inspect_checkpoint', str(LANG)]) == 0
    said = capsys.readouterr().out
    for word in ('v1.5', 'image_wrist', 'diffusion', 'tiny_dataset', 'obs_task_language', 'MB'):
        assert word in said


def test_json(capsys):
    assert main(['inspect_checkpoint', str(LANG), '--json', '--step', '0']) == 0
    values = json.loads(capsys.readouterr().out)
    assert values['version']['name'] == 'v1.5'
    assert values['sequence_length'] == {'1': 53, '2': 90}
    assert values['config']['head']['action_dim'] == 7


def test_problems_are_one_sentence_or_status_one(tmp_path, capsys):
    assert main(['inspect_checkpoint', '/none/at/all']) == 1
    assert main(['inspect_checkpoint', str(LANG), '--step', '3']) == 1
    assert 'has no step 3' in capsys.readouterr().err
    copy = shutil.copytree(LANG, tmp_path / 'checkpoint')
    shutil.copy(
        DATA / 'octo_tiny_goal/checkpoint/0/default/checkpoint', copy / '0/default/checkpoint'
    )
    assert main(['inspect_checkpoint', str(copy)]) == 1
    told = capsys.readouterr()
    assert 'expected' in told.out
    assert 'cannot drive a robot' in told.err
    assert 'more problems, see above' in told.err


@pytest.mark.parametrize('options', [[], ['--json']])
@pytest.mark.parametrize(
    ('statistics', 'named'), [(None, 'Cannot read'), ('[', 'is not JSON'), ('{"a": 3}', 'form')]
)
def test_without_statistics_it_is_described_and_refused(
    tmp_path, capsys, statistics, named, options
):
    copy = Path(shutil.copytree(LANG, tmp_path / 'checkpoint'))
    if statistics is None:
        (copy / 'dataset_statistics.json').unlink()
    else:
        (copy / 'dataset_statistics.json').write_text(statistics)
    assert main(['inspect_checkpoint', str(copy), *options]) == 1
    told = capsys.readouterr()
    assert 'v1.5' in told.out
    assert 'obs_task_language' in told.out
    assert 'cannot drive a robot' in told.err
    assert named in told.err
    assert told.err.count('\n') == 1
