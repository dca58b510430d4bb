# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`benchmark`: real runs on a tiny checkpoint, in processes of their own."""

from __future__ import annotations

import json
import subprocess
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


def test_json_has_every_figure_and_nothing_else_is_printed():
    options = ('--ticks', '2', '--json', '--precision', 'fp32')
    engines = ('--engine', 'plain', '--engine', 'torch')
    done = subprocess.run(
        [sys.executable, '-m', 'octo_ros', *COMMAND, *options, *engines],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    plain, torch = result['rows']
    assert (plain['engine'], torch['engine']) == ('plain', 'torch')
    for row in (plain, torch):
        assert (row['size'], row['precision'], row['threads']) == ('64x2', 'fp32', 1)
        assert all(row[figure] > 0 for figure in FIGURES)
        assert row['problem'] is None
    assert plain['max_action_error'] == 0
    assert 0 < torch['max_action_error'] < 1e-3
    assert result['machine']['peak_gflops']['fp32'] > 0


def test_a_named_engine_that_is_missing_is_a_row_and_status_one(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, 'openvino', None)
    options = ('--ticks', '1', '--precision', 'fp32')
    assert main([*COMMAND, *options, '--engine', 'torch', '--engine', 'openvino']) == 1
    told = capsys.readouterr().out
    assert 'openvino: not installed; install with pip, or take another engine.' in told
    assert 'torch' in told
    assert 'Error of normalised actions per dimension' in told


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
        (('--checkpoint', str(CHECKPOINT), '--calibration', '/none'), 'no RLDS episode'),
    ],
)
def test_a_problem_is_one_sentence(wrong, text, capsys):
    assert main(['benchmark', *wrong]) == 1
    said = capsys.readouterr().err
    assert text in said
    assert 'Traceback' not in said
