# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a machine says of itself."""

import os

import pytest

from octo_ros.benchmark import machine
from octo_ros.benchmark.machine import Machine

X86 = 'processor\t: 0\nmodel name\t: A CPU\nflags\t\t: fpu avx512f avx512_vnni{}\n\n'
ARM = 'processor\t: 0\nFeatures\t: fp asimddp i8mm bf16\n\n'


@pytest.fixture
def told(monkeypatch, tmp_path):
    def tell(text):
        with monkeypatch.context() as patch:
            patch.setattr(machine, 'CPUINFO', tmp_path / 'cpuinfo')
            machine.CPUINFO.write_text(text)
            return Machine.now(1, 'cpu', {'fp32': 1.0}, 0.0)

    return tell


def test_missing_instructions_are_named(told):
    here = told(X86.format(''))
    assert here.processor == 'A CPU'
    assert here.instructions == {
        'avx512f': True,
        'avx512_vnni': True,
        'avx512_bf16': False,
        'amx_int8': False,
        'amx_bf16': False,
    }
    assert here.emulates_bf16


@pytest.mark.parametrize('text', [X86.format(' avx512_bf16'), X86.format(' amx_bf16'), ARM])
def test_instructions_for_bfloat16(told, text):
    assert not told(text).emulates_bf16


def test_this_machine():
    here = Machine.now(2, 'cpu', {}, 0.5)
    assert here.cores == len(os.sched_getaffinity(0))
    assert here.load_average[0] == 0.5
    assert {'python', 'torch'} <= here.versions.keys()
    assert here.processor
