# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A checkpoint, or its export, ready to run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import CheckpointError, PolicyError
from octo_ros.policy.loaded_octo import EngineOptions, LoadedOcto
from octo_ros.policy.octo_policy import OctoPolicy
from octo_ros.types import ObservationWindow, Task

DATA = Path(__file__).resolve().parents[1] / 'data'
LANG = DATA / 'octo_tiny_lang/checkpoint'


@pytest.fixture(scope='module')
def exported(export_of):
    return export_of('octo_tiny_lang')


@pytest.mark.slow
def test_what_an_export_compiles_is_kept_where_it_is_asked_for(exported, tmp_path):
    LoadedOcto.load(exported, options=EngineOptions(cache_dir=tmp_path / 'kept'))
    (folder,) = (tmp_path / 'kept').iterdir()
    assert any(folder.iterdir())


def actions(path, options=None):
    embodiment = load_embodiment(str(DATA / 'embodiments/widowx.yaml'))
    policy = OctoPolicy(LoadedOcto.load(path, options=options), embodiment, seed=0)
    policy.warm_up()
    rng = np.random.default_rng(0)
    sizes = {'image_primary': 64, 'image_wrist': 32}
    images = {k: rng.integers(0, 256, (2, n, n, 3), np.uint8) for k, n in sizes.items()}
    window = ObservationWindow(images, np.zeros((2, 7)), [True, True], [0, 1])
    task = Task(task_id=1, language_instruction='reach the red block')
    return policy.infer(window, task, 0).actions


@pytest.mark.slow
@pytest.mark.parametrize('name', ['auto', 'onnxruntime'])
def test_an_export_drives_the_robot_like_its_checkpoint(exported, name):
    found = actions(exported, EngineOptions(name))
    np.testing.assert_allclose(found, actions(LANG), atol=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ('options', 'text'),
    [
        (EngineOptions('torch'), 'take openvino or auto'),
        (EngineOptions('auto', 'cuda'), 'openvino runs on cpu here, not on cuda'),
        (EngineOptions('onnxruntime', 'tpu'), 'not on tpu'),
        (EngineOptions('onnxruntime', cache_dir=Path('kept')), 'leave cache_dir out'),
        (EngineOptions('auto', gpu_memory_limit=1), 'for the devices cuda and tensorrt'),
    ],
)
def test_an_export_refuses_what_cannot_run_it(exported, options, text):
    with pytest.raises(PolicyError, match=text):
        LoadedOcto.load(exported, options=options)


@pytest.mark.parametrize('name', ['onnxruntime', 'openvino'])
def test_a_checkpoint_must_be_exported_for_other_engines(name):
    with pytest.raises(PolicyError, match='export_policy'):
        LoadedOcto.load(LANG, options=EngineOptions(name))


@pytest.mark.parametrize('option', [{'cache_dir': Path('kept')}, {'gpu_memory_limit': 1}])
def test_options_of_exports_are_refused_for_a_checkpoint(option):
    with pytest.raises(PolicyError, match='are for exported networks'):
        LoadedOcto.load(LANG, options=EngineOptions(**option))


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(CheckpointError, match='nothing'):
        LoadedOcto.load(tmp_path / 'nothing')
