# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which rows there are, and why some cannot be."""

import sys

import pytest

from octo_ros.benchmark.variant import Variant, variants


def names(*arguments):
    return [str(variant) for variant in variants(*arguments)]


def test_all_that_every_engine_has():
    assert names() == [
        'plain fp32',
        'torch fp32',
        'torch bf16',
        'onnxruntime fp32',
        'onnxruntime int8',
        'openvino fp32',
        'openvino bf16',
        'openvino int8',
    ]


def test_wishes_combine():
    assert names((), ('int8',)) == ['onnxruntime int8', 'openvino int8']
    assert names(('torch',)) == ['torch fp32', 'torch bf16']
    assert names(('torch', 'openvino'), ('int8',)) == ['torch int8', 'openvino int8']


def test_what_an_engine_does_not_have_is_told():
    assert Variant('torch', 'int8').obstacle() == 'torch does not run int8; it runs fp32 and bf16.'
    assert Variant('plain', 'fp32').obstacle() is None


@pytest.mark.parametrize('missing', ['openvino', 'onnx', 'onnxruntime'])
def test_what_is_not_installed_is_told(missing, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    told = Variant('openvino', 'fp32').obstacle()
    assert told.startswith(f'{missing}: not installed')
    assert Variant('torch', 'fp32').obstacle() is None


def test_cuda_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr('torch.cuda.is_available', lambda: False)
    monkeypatch.setattr('onnxruntime.get_available_providers', lambda: ['CPUExecutionProvider'])
    assert 'no CUDA device' in Variant('torch', 'fp32').obstacle('cuda')
    assert 'no CUDAExecutionProvider' in Variant('onnxruntime', 'fp32').obstacle('cuda')
    assert 'runs on the CPU' in Variant('openvino', 'fp32').obstacle('cuda')
    monkeypatch.setattr('onnxruntime.get_available_providers', lambda: ['CUDAExecutionProvider'])
    assert 'int8 on the CPU only' in Variant('onnxruntime', 'int8').obstacle('cuda')
    assert Variant('onnxruntime', 'fp32').obstacle('cuda') is None
    monkeypatch.setattr('torch.cuda.is_available', lambda: True)
    assert Variant('torch', 'fp32').obstacle('cuda') is None


def test_eight_bit_products_among_others(monkeypatch):
    place = 'octo_ros.policy.engines.openvino_runtime.computes_bfloat16'
    for computes, rest in ((True, 'bf16'), (False, 'fp32')):
        monkeypatch.setattr(place, lambda computes=computes: computes)
        assert Variant('openvino', 'int8').rest == rest
    assert Variant('onnxruntime', 'int8').rest == 'fp32'
    assert Variant('torch', 'bf16').rest == 'bf16'
