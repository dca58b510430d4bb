# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Exit status and what is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from octo_ros.cli.main import main

LANG = Path(__file__).parents[1] / 'data/octo_tiny_lang'


def run(*more, checkpoint=LANG / 'checkpoint', inputs=LANG / 'inputs.npz', outputs=None):
    outputs = outputs or LANG / 'outputs.npz'
    arguments = [str(checkpoint), '--inputs', str(inputs), '--outputs', str(outputs), *more]
    return main(['verify_checkpoint', *arguments])


def test_the_whole_fixture_passes(capsys):
    assert run() == 0
    lines = capsys.readouterr().out.strip().splitlines()
    with np.load(LANG / 'outputs.npz') as outputs, np.load(LANG / 'train.npz') as train:
        names = [*outputs.files, *(name for name in train.files if name.startswith('out/'))]
    assert [line.split()[0] for line in lines[1:-1]] == names
    assert lines[-1].startswith(f'PASSED. {len(names)} compared: {len(names)} ok, 0 failed')


def test_one_array_over_its_tolerance_is_status_one(tmp_path, capsys):
    np.savez(tmp_path / 'outputs.npz', **{'schedule/betas': np.zeros(20, np.float32)})
    assert run(outputs=tmp_path / 'outputs.npz') == 1
    said = capsys.readouterr().out
    assert 'FAILED' in said.splitlines()[1]
    assert said.splitlines()[-1] == 'FAILED. 1 compared: 0 ok, 1 failed; 0 skipped.'


def test_nothing_compared_is_status_one(tmp_path, capsys):
    np.savez(tmp_path / 'outputs.npz', **{'what/ever': np.zeros(2)})
    assert run(outputs=tmp_path / 'outputs.npz') == 1
    assert 'Nothing could be compared' in capsys.readouterr().out


def test_half_precision_and_a_train_file_from_elsewhere(tmp_path):
    names = ('transformer/readout_action/tokens', 'sample/actions_normalized')
    with np.load(LANG / 'outputs.npz') as outputs:
        np.savez(tmp_path / 'outputs.npz', **{name: outputs[name] for name in names})
    assert run('--dtype', 'bfloat16', outputs=tmp_path / 'outputs.npz') == 0
    train = str(LANG / 'train.npz')
    assert run('--train', train, outputs=tmp_path / 'outputs.npz') == 0
    assert run('--train', str(tmp_path / 'outputs.npz')) == 0


@pytest.mark.parametrize(
    ('option', 'value'),
    [('inputs', '/none.npz'), ('outputs', '/none.npz'), ('checkpoint', '/none')],
)
def test_a_missing_file_is_one_sentence(option, value, capsys):
    assert run(**{option: value}) == 1
    said = capsys.readouterr().err
    assert '/none' in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize(
    'wrong', [('--engine', 'abacus'), ('--dtype', 'int8'), ('--device', 'tpu'), ('--step', 'x')]
)
def test_wrong_usage(wrong):
    with pytest.raises(SystemExit) as end:
        run(*wrong)
    assert end.value.code == 2


def test_cuda_that_is_not_there_is_one_sentence(capsys, monkeypatch):
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    assert run('--device', 'cuda') == 1
    assert 'no CUDA device' in capsys.readouterr().err
