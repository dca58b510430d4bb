# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What ONNX Runtime is told for each device; no GPU is needed."""

from pathlib import Path

import pytest

from octo_ros.errors import PolicyError
from octo_ros.policy.engines.onnxruntime_providers import (
    CPU,
    CUDA,
    TENSORRT,
    OnnxRuntimeOptions,
    check_installed,
    check_precision,
    check_used,
    providers,
)

CACHE = Path('/cache/of/export')


def told(device='tensorrt', fixed=True, exact=False, record=True, **options):
    options = OnnxRuntimeOptions(device, **options)
    return providers(options, fixed=fixed, exact=exact, record=record)


def test_the_cpu_is_told_nothing():
    assert told('cpu') == [(CPU, {})]


@pytest.mark.parametrize('record', [False, True])
def test_cuda_takes_memory_as_needed_and_multiplies_in_float32(record):
    (name, options), last = told('cuda', record=record)
    assert name == CUDA
    assert options == {
        'use_tf32': '0',
        'arena_extend_strategy': 'kSameAsRequested',
        'enable_cuda_graph': str(int(record)),
    }
    assert last == (CPU, {})


def test_memory_is_limited_where_it_is_asked_for():
    assert told('cuda', gpu_memory_limit=5)[0][1]['gpu_mem_limit'] == '5'
    (_, tensorrt), (_, cuda), _ = told(gpu_memory_limit=5)
    assert tensorrt['trt_max_workspace_size'] == cuda['gpu_mem_limit'] == '5'


def test_tensorrt_keeps_its_engines_and_leaves_the_rest_to_cuda():
    (name, options), (second, cuda), last = told(cache=CACHE)
    assert (name, second, last[0]) == (TENSORRT, CUDA, CPU)
    assert options['trt_engine_cache_path'] == options['trt_timing_cache_path'] == str(CACHE)
    assert options['trt_engine_cache_enable'] == options['trt_timing_cache_enable'] == '1'
    assert options['trt_cuda_graph_enable'] == '1'
    assert 'enable_cuda_graph' not in cuda
    assert not any('cache' in key for key in told()[0][1])


@pytest.mark.parametrize('kind', [{'fixed': False}, {'exact': True}])
def test_tensorrt_compiles_neither_free_sizes_nor_what_must_be_exact(kind):
    assert [name for name, _ in told(**kind)] == [CUDA, CPU]


def test_bfloat16_is_asked_of_tensorrt_alone():
    assert told(bfloat16=True)[0][1]['trt_bf16_enable'] == '1'
    assert told()[0][1]['trt_bf16_enable'] == '0'


INSTALLED = {
    ('cuda', (CPU,), True): r'no CUDAExecutionProvider \(it has CPUExec.*-gpu\[cuda,cudnn\] in pl',
    ('tensorrt', (CUDA, CPU), True): 'no TensorrtExecutionProvider .* and tensorrt, or take',
    ('tensorrt', (TENSORRT, CPU), True): 'no CUDAExecutionProvider',
    ('cuda', (CUDA, CPU), False): 'needs a PyTorch that reaches the GPU',
}


@pytest.mark.parametrize(('given', 'message'), INSTALLED.items())
def test_what_is_not_installed_is_named_with_its_package(given, message):
    device, available, torch_has_cuda = given
    with pytest.raises(PolicyError, match=message):
        check_installed(device, available, torch_has_cuda=torch_has_cuda)


def test_what_is_installed_is_taken():
    check_installed('cpu', (CPU,), torch_has_cuda=False)
    check_installed('tensorrt', (TENSORRT, CUDA, CPU), torch_has_cuda=True)


def test_a_session_that_went_to_somebody_else_is_refused():
    wanted = told()
    check_used('newest.onnx', wanted, [TENSORRT, CUDA, CPU], 'tensorrt')
    message = f'did not take {TENSORRT} for newest.onnx but {CUDA}, {CPU}: .* and tensorrt'
    with pytest.raises(PolicyError, match=message):
        check_used('newest.onnx', wanted, [CUDA, CPU], 'tensorrt')


def test_each_device_has_its_precisions():
    for device, runs in (
        ('cpu', {'fp32', 'int8'}),
        ('cuda', {'fp32'}),
        ('tensorrt', {'fp32', 'bf16'}),
    ):
        for precision in ('fp32', 'bf16', 'int8'):
            if precision in runs:
                check_precision(precision, device)
            else:
                with pytest.raises(PolicyError, match=f'on {device}, not in {precision}'):
                    check_precision(precision, device)
