# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Exported graphs against the plain network, tick by tick, in each runtime."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from octo_ros.errors import CheckpointError, PolicyError
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.sampling import Sampling
from octo_ros.policy.engines.base import Turn
from octo_ros.policy.engines.export_graphs import _export
from octo_ros.policy.engines.exported import Exported
from octo_ros.policy.engines.exported_engine import RuntimeOptions, _runtime, exported_engine
from octo_ros.policy.engines.plain_engine import PlainEngine
from octo_ros.policy.engines.together import warm_up
from octo_ros.policy.export import ExportOptions, export_policy

from .conftest import DATA
from .exactness import Exactness
from .sequences import run, ticks

RUNTIMES = ('openvino', 'onnxruntime')
NAMES = (
    'octo_tiny_lang',
    pytest.param('octo_tiny_goal', marks=pytest.mark.slow),
    pytest.param('octo_tiny_aloha', marks=pytest.mark.slow),
)


def warm(engine, tiny):
    window = tiny.octo.config.window_size
    for words in (False, True):
        engine.set_task(engine.encode(tiny.task(words=words)))
        for frames in ((None,) * (window - 1), tuple(tiny.frame() for _ in range(window - 1))):
            warm_up([Turn(engine, frames, tiny.frame(), tiny.sampling())])


@pytest.mark.parametrize('runtime', RUNTIMES)
@pytest.mark.parametrize('name', NAMES)
def test_two_hundred_ticks_equal_the_plain_network(world, exported, name, runtime):
    tiny = world(name, seed=3)
    engine = exported_engine(Exported.read(exported(name)), RuntimeOptions(runtime, threads=1))
    warm(engine, tiny)
    exactness = Exactness(tiny, engine, limit=2e-4)
    for tick in ticks(tiny, engine.window_size, 200):
        exactness.compare(tick, tiny.sampling(embodiment_action_dim=6))
    exactness.check()
    assert engine.counts.hits > 80


@pytest.mark.parametrize('runtime', RUNTIMES)
def test_after_the_warm_up_known_sizes_have_graphs_of_their_own(world, exported, runtime):
    tiny = world('octo_tiny_lang', seed=4)
    engine = exported_engine(Exported.read(exported('octo_tiny_lang')), RuntimeOptions(runtime))
    warm(engine, tiny)
    engine.set_task(engine.encode(tiny.task()))
    network, frames = engine._network, (tiny.frame(), tiny.frame())

    def unwanted(*inputs):
        raise AssertionError([tensor.shape for tensor in inputs])

    network._layers = [unwanted] * len(network._layers)
    network._last = network._readout = network._head = unwanted
    assert engine.prepare(frames[:1])
    assert np.isfinite(engine.act(frames[:1], frames[1], tiny.sampling())).all()
    assert engine.counts.hits == 1


def test_several_samples_and_other_noise(world, exported):
    tiny = world('octo_tiny_lang')
    engine = exported_engine(Exported.read(exported('octo_tiny_lang')))
    plain = PlainEngine(tiny.octo, 2)
    task, frames = tiny.task(), (tiny.frame(), tiny.frame())
    results = []
    for served in (engine, plain):
        served.set_task(served.encode(task))
        sampling = Sampling(generator=torch.Generator().manual_seed(1), sample_shape=(2, 3))
        results.append(served.act(frames[:1], frames[1], sampling))
    assert results[0].shape == (2, 3, 4, 7)
    np.testing.assert_allclose(*results, atol=2e-4, rtol=0)
    for options, message in (
        ({}, 'either noise or generator'),
        ({'generator': torch.Generator(), 'sampler': 'ddim'}, 'take the torch engine'),
    ):
        with pytest.raises(PolicyError, match=message):
            engine.act(frames[:1], frames[1], Sampling(**options))


def errors_of(engine, tiny, count=12):
    plain = PlainEngine(tiny.octo, engine.window_size)
    return [
        np.abs(run(engine, tick, sampling) - run(plain, tick, sampling))
        for tick in ticks(tiny, engine.window_size, count)
        for sampling in (tiny.sampling(),)
    ]


def test_bfloat16_is_near(world, exported):
    options = RuntimeOptions('openvino', threads=1, bfloat16=True)
    engine = exported_engine(Exported.read(exported('octo_tiny_lang')), options)
    assert 1e-6 < np.median(errors_of(engine, world('octo_tiny_lang'))) < 0.1


@pytest.mark.slow
@pytest.mark.parametrize('runtime', RUNTIMES)
def test_eight_bits_are_near_and_the_same_with_and_without_preparation(world, exported, runtime):
    tiny = world('octo_tiny_lang')
    directory = exported('octo_tiny_lang', 'int8')
    engine = exported_engine(Exported.read(directory), RuntimeOptions(runtime, threads=1))
    assert 1e-5 < np.median(errors_of(engine, tiny)) < 0.2
    engine.set_task(engine.encode(tiny.task()))
    for _ in range(5):
        frames, sampling = (tiny.frame(), tiny.frame()), tiny.sampling()
        at_once = engine.act(frames[:1], frames[1], sampling)
        engine.prepare(frames[:1])
        hits = engine.counts.hits
        np.testing.assert_array_equal(engine.act(frames[:1], frames[1], sampling), at_once)
        assert engine.counts.hits == hits + 1


def test_what_a_runtime_cannot_run_is_refused(exported, tmp_path):
    read = Exported.read(exported('octo_tiny_lang'))
    for options, message in (
        (RuntimeOptions('onnxruntime', 'cuda'), r'no CUDAExecution.* onnxruntime-gpu\[cuda'),
        (RuntimeOptions('onnxruntime', 'tensorrt'), r'no TensorrtExecution.* and tensorrt, or'),
        (RuntimeOptions('onnxruntime', 'tpu'), 'cpu or cuda or tensorrt here, not on tpu'),
        (RuntimeOptions('openvino', 'cuda'), 'openvino runs on cpu here, not on cuda'),
        (RuntimeOptions('onnxruntime', cache_dir=tmp_path), 'leave cache_dir out'),
        (RuntimeOptions('openvino', gpu_memory_limit=1), 'leave it out'),
    ):
        with pytest.raises(PolicyError, match=message):
            exported_engine(read, options)


@torch.inference_mode()
def test_openvino_keeps_what_it_compiles_in_a_folder_of_the_export(world, exported, tmp_path):
    tiny = world('octo_tiny_lang', seed=4)
    read = Exported.read(exported('octo_tiny_lang'))
    options = RuntimeOptions('openvino', threads=1, cache_dir=tmp_path)
    engines = [exported_engine(read, options)]
    (folder,) = tmp_path.iterdir()
    kept = {path.name for path in folder.iterdir()}
    assert folder.name == read.manifest.digest[:16]
    assert len(kept) > 3
    engines.append(exported_engine(read, options))
    assert {path.name for path in folder.iterdir()} == kept
    (tick,) = ticks(tiny, 2, 1)
    sampling = tiny.sampling()
    np.testing.assert_array_equal(*(run(engine, tick, sampling) for engine in engines))


def test_a_changed_export_is_refused(exported, tmp_path):
    copy = shutil.copytree(exported('octo_tiny_lang'), tmp_path / 'copy')
    data = bytearray((copy / 'layer_00.onnx.data').read_bytes())
    data[100] ^= 1
    (copy / 'layer_00.onnx.data').write_bytes(data)
    with pytest.raises(CheckpointError, match=r'layer_00\.onnx\.data is not the file'):
        Exported.read(copy)


def test_an_export_tells_nothing_about_the_machine(exported):
    for path in exported('octo_tiny_lang').glob('*.onnx'):
        assert b'.py' not in path.read_bytes()


def test_a_part_that_has_no_graph_is_named(tmp_path):
    class Search(torch.nn.Module):
        def forward(self, x):
            return torch.searchsorted(torch.arange(3.0), x)

    with pytest.raises(PolicyError, match=r'tokenizer_arm .* cannot be exported; run it with'):
        _export(Search(), (torch.zeros(2),), tmp_path / 'tokenizer_arm.onnx')


def refuse(name, output, precision='fp32'):
    export_policy(
        CheckpointDirectory.read(DATA / name / 'checkpoint'), output, ExportOptions(precision)
    )


def test_what_cannot_be_exported_is_refused(tmp_path):
    for name, message in (
        ('octo_tiny_discrete', 'a discrete action head cannot be exported'),
        ('octo_tiny_discrete_map', 'does not read readouts alone cannot be exported'),
    ):
        with pytest.raises(PolicyError, match=message):
            refuse(name, tmp_path / 'out')
    with pytest.raises(PolicyError, match='needs a calibration set'):
        refuse('octo_tiny_lang', tmp_path / 'out', 'int8')
    with pytest.raises(CheckpointError, match='exists already'):
        refuse('octo_tiny_lang', tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('computes', [True, False])
def test_eight_bits_bring_bfloat16_only_where_the_cpu_has_it(computes, monkeypatch):
    place = 'octo_ros.policy.engines.openvino_runtime.computes_bfloat16'
    monkeypatch.setattr(place, lambda: computes)
    eight_bits = SimpleNamespace(manifest=SimpleNamespace(precision='int8'))
    assert _runtime(eight_bits, RuntimeOptions())._options.bfloat16 == computes
    assert _runtime(eight_bits, RuntimeOptions(bfloat16=True))._options.bfloat16
