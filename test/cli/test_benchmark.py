# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`benchmark`: real runs on a tiny checkpoint, in processes of their own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from octo_ros.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINT = ROOT / 'test/data/octo_tiny_lang/checkpoint'
COMMAND = ('benchmark', '--checkpoint', str(CHECKPOINT), '--threads', '1', '--rounds', '1')
FIGURES = (
    'full_p50_ms',
    'full_p95_ms',
    'critical_p50_ms',
    'critical_p95_ms',
    'precompute_p50_ms',
    'policy_p50_ms',
    'load_s',
    'peak_memory_mb',
)


def test_json_has_every_figure_and_nothing_else_is_printed(monkeypatch, capfd):
    monkeypatch.setitem(sys.modules, 'onnx', None)  # on a machine that can make no graphs
    assert main([*COMMAND, '--ticks', '2', '--precision', 'fp32', '--json']) == 0
    result = json.loads(capfd.readouterr().out)
    rows = {row['engine']: row for row in result['rows']}
    assert list(rows) == ['plain', 'torch', 'onnxruntime', 'openvino']
    for name in ('plain', 'torch'):
        row = rows[name]
        assert (row['size'], row['precision'], row['threads']) == ('64x2', 'fp32', 1)
        assert all(row[figure] > 0 for figure in FIGURES)
        assert row['problem'] is None
    assert rows['plain']['max_action_error'] == 0
    assert 0 < rows['torch']['max_action_error'] < 1e-3
    assert result['machine']['peak_gflops']['fp32'] > 0
    for name in ('onnxruntime', 'openvino'):
        assert 'onnx: not installed' in rows[name]['problem']
        assert rows[name].keys() >= {*FIGURES, 'max_action_error'}


def test_a_named_engine_that_is_missing_is_a_row_and_status_one(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'openvino', None)
    assert main([*COMMAND, '--precision', 'bf16', '--engine', 'openvino']) == 1
    told = capsys.readouterr().out
    assert 'openvino: not installed; install with pip' in told
    assert 'max action' in told


def test_cuda_that_is_not_there_is_told_in_every_row(monkeypatch, capsys):
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    monkeypatch.setattr('onnxruntime.get_available_providers', lambda: ['CPUExecutionProvider'])
    assert main([*COMMAND, '--device', 'cuda', '--json']) == 1
    problems = [row['problem'] for row in json.loads(capsys.readouterr().out)['rows']]
    assert len(problems) == 8
    assert 'no CUDA device' in problems[0]


@pytest.mark.parametrize(
    'wrong',
    [
        ('--size', 'huge'),
        ('--size', 'small', '--checkpoint', 'x'),
        ('--engine', 'abacus'),
        ('--precision', 'fp8'),
        ('--ticks', '0'),
        ('--threads', 'all'),
    ],
)
def test_wrong_usage(wrong):
    with pytest.raises(SystemExit) as end:
        main(['benchmark', *wrong])
    assert end.value.code == 2


@pytest.mark.parametrize(
    ('wrong', 'text'),
    [
        (('--checkpoint', '/none'), '/none'),
        (('--calibration', '/none'), 'give --checkpoint too'),
        (
            ('--checkpoint', str(CHECKPOINT), '--calibration', '/none'),
            'directory of an RLDS dataset',
        ),
    ],
)
def test_a_problem_is_one_sentence(wrong, text, capsys):
    assert main(['benchmark', *wrong]) == 1
    said = capsys.readouterr().err
    assert text in said
    assert 'Traceback' not in said
