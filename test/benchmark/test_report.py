# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is printed: every figure, every failure, what the machine offers."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from octo_ros.benchmark.benchmark import Result
from octo_ros.benchmark.machine import Machine
from octo_ros.benchmark.report import print_report
from octo_ros.benchmark.row import Row

ROW = Row(
    'octo',
    'small',
    'torch',
    'bf16',
    2,
    full_p50_ms=51.26,
    full_p95_ms=1234.5,
    critical_p50_ms=20.0,
    critical_p95_ms=30.0,
    share_of_peak=0.27,
    max_action_error=0.0123,
    action_error_max={'x': 0.0123, 'y': 0.0},
    action_error_rms={'x': 0.004, 'y': 0.0},
    notes=('It hums.',),
)
FAILED = Row('octo', 'small', 'openvino', 'int8', 2, problem='openvino: not installed.')
MACHINE = Machine(
    processor='A CPU',
    instructions={'avx512_vnni': True, 'avx512_bf16': False},
    cores=4,
    threads=2,
    device='cpu',
    peak_gflops={'fp32': 123.4, 'bf16': 56.0},
    load_average=(0.1, 2.0),
    versions={'python': '3.11'},
)


def said(*rows, machine=MACHINE, width=400):
    out = io.StringIO()
    result = Result(machine, rows, ('octo: its weights are random.',))
    print_report(Console(file=out, width=width, highlight=False), result)
    return out.getvalue()


def test_one_line_per_row():
    lines = said(ROW, FAILED).splitlines()
    (torch,) = (line for line in lines if '51.3 / 1234' in line)
    assert torch.split()[:3] == ['small', 'torch', 'bf16']
    assert '20.0 / 30.0' in torch
    assert '27%' in torch
    assert '1.2e-02' in torch
    (failed,) = (line for line in lines if 'openvino' in line)
    assert failed.rstrip().endswith('-  openvino: not installed.')


def test_errors_per_dimension_and_what_they_mean():
    text = said(ROW)
    assert '4.0e-03 / 1.2e-02' in text
    assert 'not measured, because' not in text
    assert 'octo: its weights are random.' in text
    assert 'small torch bf16: It hums.' in text
    assert 'Error of normalised actions' not in said(FAILED)


def test_the_machine_says_what_it_offers():
    text = said(ROW)
    assert 'A CPU, 4 cores, 2 threads; load average 0.1 before, 2.0 after.' in text
    assert 'has avx512_vnni of' in text
    assert 'lacks avx512_bf16. Products in bf16 are emulated' in text
    assert '[GFLOP/s]: fp32 123, bf16 56.' in text
    able = replace(MACHINE, instructions={'amx_bf16': True})
    assert 'emulated' not in said(ROW, machine=able)


@pytest.mark.parametrize('width', [40, 80])
def test_a_narrow_terminal_loses_no_figure(width):
    text = said(ROW, FAILED, width=width)
    assert '51.3 / 1234' in text
    assert '1.2e-02' in text
    assert '…' not in text
