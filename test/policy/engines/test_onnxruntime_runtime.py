# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which sessions are made for which device; where there is no GPU, the CPU computes for it."""

from __future__ import annotations

import onnxruntime
import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.policy.engines.onnxruntime_providers import CPU, CUDA, TENSORRT, OnnxRuntimeOptions
from octo_ros.policy.engines.onnxruntime_runtime import OnnxRuntimeRuntime

REAL = onnxruntime.InferenceSession


@pytest.fixture
def gpu(monkeypatch):
    """The providers of each session that was made, as if there were a GPU."""
    made = []

    class OnTheCpu(REAL):
        """Says that it uses what was wanted; cannot record what is in `unrecordable`."""

        unrecordable, missing = (), ()

        def __init__(self, path, settings, providers, **options):
            if providers == [CPU]:  # to read its sizes
                providers = [(CPU, {})]
            else:
                made.append([(str(path).rsplit('/')[-1], *provider) for provider in providers])
                first = providers[0][1]
                recorded = first.get('enable_cuda_graph', first.get('trt_cuda_graph_enable'))
                if recorded == '1' and any(name in str(path) for name in self.unrecordable):
                    msg = 'This session cannot use the graph capture feature as requested.'
                    raise RuntimeError(msg)
            self.wanted = [provider for provider, _ in providers if provider not in self.missing]
            super().__init__(path, settings, providers=[CPU])

        def get_providers(self):
            return self.wanted

    monkeypatch.setattr(onnxruntime, 'InferenceSession', OnTheCpu)
    monkeypatch.setattr(onnxruntime, 'get_available_providers', lambda: [TENSORRT, CUDA, CPU])
    monkeypatch.setattr(onnxruntime, 'preload_dlls', lambda: None)
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    OnTheCpu.made = made
    return OnTheCpu


def runtime(device):
    made = OnnxRuntimeRuntime(OnnxRuntimeOptions(device, threads=1))
    assert made.device.type == 'cuda'
    assert not made.any_thread
    made.device = torch.device('cpu')
    return made


def sizes(graph):
    return [value.shape for value in graph._session.get_inputs()]


@pytest.fixture
def head(exported):
    """The graph of a head, and inputs for two robots."""
    path = exported('octo_tiny_lang') / 'head.onnx'
    inputs = REAL(str(path), providers=[CPU]).get_inputs()
    shapes = [[2 if isinstance(size, str) else size for size in v.shape] for v in inputs]
    *numbers, kept = (torch.randn(shape) for shape in shapes)
    return path, (*numbers, kept > 0)


@pytest.mark.parametrize('device', ['cuda', 'tensorrt'])
def test_announced_sizes_are_fixed_and_recorded(head, gpu, device):
    path, inputs = head
    served = runtime(device)
    free = served.load(path, exact=True)
    fixed = served.load_for(path, tuple(t.shape for t in inputs), exact=True)
    assert any(isinstance(size, str) for shape in sizes(free) for size in shape)
    assert sizes(fixed) == [list(tensor.shape) for tensor in inputs]
    flags = [options['enable_cuda_graph'] for ((_, name, options), _) in gpu.made]
    assert flags == ['0', '1']
    expected = OnnxRuntimeRuntime().load(path)(*inputs)
    for graph in (free, fixed):
        torch.testing.assert_close(graph(*inputs)[0], expected[0], atol=1e-5, rtol=0)


def test_tensorrt_compiles_what_has_fixed_sizes(exported, head, gpu):
    served = runtime('tensorrt')
    served.load(exported('octo_tiny_lang') / 'tokenizer_primary.onnx')
    served.load(exported('octo_tiny_lang') / 'layer_00.onnx')
    served.load(exported('octo_tiny_lang') / 'language.onnx', exact=True)
    path, inputs = head
    served.load_for(path, tuple(t.shape for t in inputs))
    assert [(graph, provider) for ((graph, provider, _), *_) in gpu.made] == [
        ('tokenizer_primary.onnx', CUDA),  # to see that its sizes are fixed
        ('tokenizer_primary.onnx', TENSORRT),
        ('layer_00.onnx', CUDA),
        ('language.onnx', CUDA),
        ('head.onnx', TENSORRT),
    ]


def test_what_cannot_be_recorded_runs_all_the_same_and_says_so(head, gpu, caplog):
    path, inputs = head
    gpu.unrecordable = ('head.onnx',)
    graph = runtime('cuda').load_for(path, tuple(t.shape for t in inputs))
    assert 'head.onnx runs without a CUDA graph' in caplog.text
    assert [options['enable_cuda_graph'] for ((_, _, options), _) in gpu.made] == ['1', '0']
    assert graph(*inputs)[0].shape[0] == 2


def test_a_provider_that_is_dropped_silently_is_an_error(head, gpu):
    gpu.missing = (TENSORRT,)
    path, inputs = head
    with pytest.raises(PolicyError, match=f'did not take {TENSORRT} for head.onnx but {CUDA}'):
        runtime('tensorrt').load_for(path, tuple(t.shape for t in inputs))


def test_a_graph_that_cannot_be_loaded_is_named(tmp_path):
    (tmp_path / 'head.onnx').write_bytes(b'not a graph')
    with pytest.raises(PolicyError, match=r'cannot load head\.onnx on cpu'):
        OnnxRuntimeRuntime().load(tmp_path / 'head.onnx')
