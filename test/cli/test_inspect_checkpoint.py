# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import shutil
from pathlib import Path

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
    assert 'expected' in capsys.readouterr().out
