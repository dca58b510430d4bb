# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from octo_ros.errors import CheckpointError
from octo_ros.model import CheckpointDirectory, RunFiles, load_octo, save_octo
from octo_ros.model.config import T5Config
from octo_ros.model.octo import Octo
from octo_ros.model.run_files import write_new


@pytest.fixture
def files(lang):
    return RunFiles.of(CheckpointDirectory.read(lang.checkpoint))


def test_small_files_are_written_once_and_must_agree(lang, goal, files, tmp_path):
    save_octo(lang.model, tmp_path, 1, files)
    before = (tmp_path / 'config.json').stat()
    save_octo(lang.model, tmp_path, 2, replace(files, training={**files.training, 'seed': 1}))
    after = (tmp_path / 'config.json').stat()
    # A new file would be another inode; that it was read meanwhile changes its access time.
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert CheckpointDirectory.read(tmp_path).steps == (1, 2)
    statistics = json.loads(json.dumps(files.statistics))
    next(iter(statistics.values()))['action']['mean'][0] += 1.0
    for changed, model, named in (
        (replace(files, statistics=statistics), lang.model, 'other dataset statistics'),
        (
            replace(files, training={'dataset_kwargs': {'x': 1}}),
            lang.model,
            'another dataset_kwargs',
        ),
        (RunFiles.of(CheckpointDirectory.read(goal.checkpoint)), goal.model, 'another network'),
    ):
        with pytest.raises(CheckpointError, match=f'belongs to another run: .*{named}'):
            save_octo(model, tmp_path, 3, changed)
    assert CheckpointDirectory.read(tmp_path).steps == (1, 2)


def test_a_changed_network_brings_its_own_config(lang, files, tmp_path):
    config = replace(lang.model.config, max_horizon=7, repeat_task_tokens=False)
    saved = CheckpointDirectory.read(save_octo(Octo(config), tmp_path, 1, files).parents[2])
    assert saved.config == config
    assert load_octo(tmp_path).config == config


def test_an_example_batch_that_does_not_fit_is_refused(lang, files, tmp_path):
    config = replace(lang.model.config, window_size=1)
    with pytest.raises(CheckpointError, match=r'with this example_batch\.msgpack'):
        save_octo(Octo(config), tmp_path / 'saved', 1, files)
    assert not (tmp_path / 'saved').exists()


def test_an_example_batch_that_lacks_an_array_is_refused(lang, files, tmp_path):
    batch = dict(files.example_batch)
    del batch['observation/timestep_pad_mask']
    with pytest.raises(CheckpointError, match='observation/timestep_pad_mask'):
        save_octo(lang.model, tmp_path, 1, replace(files, example_batch=batch))


def test_t5_base_needs_no_file_of_its_own(lang, files, tmp_path):
    language = replace(lang.model.config.language, t5=T5Config())
    config = replace(lang.model.config, language=language)
    files = replace(files, t5=None, encoder='t5-base', tokenizer=None)
    files.write(tmp_path, config)
    assert not (tmp_path / 't5_config.json').exists()
    assert CheckpointDirectory.read(tmp_path).config == config


def test_what_json_cannot_hold_is_refused(lang, files, tmp_path):
    files = replace(files, training={'seed': object()})
    with pytest.raises(CheckpointError, match=r'config\.json cannot be written'):
        save_octo(lang.model, tmp_path, 1, files)


def test_what_the_original_s_loader_needs_is_there(lang, files, tmp_path):
    replace(files, training={}).write(tmp_path, lang.model.config)
    config = json.loads((tmp_path / 'config.json').read_text())
    assert config['text_processor'] is None
    assert config['model'] == files.model


def test_a_source_s_own_spelling_is_kept_while_it_holds(goal, tmp_path):
    files = RunFiles.of(CheckpointDirectory.read(goal.checkpoint))
    files.write(tmp_path / 'same', goal.model.config)
    model = json.loads((tmp_path / 'same/config.json').read_text())['model']
    assert model['heads']['action']['kwargs']['pred_horizon'] == 4
    changed = replace(goal.model.config, max_horizon=5)
    files.write(tmp_path / 'changed', changed)
    model = json.loads((tmp_path / 'changed/config.json').read_text())['model']
    assert model['heads']['action']['kwargs']['action_horizon'] == 4
    assert CheckpointDirectory.read(tmp_path / 'changed').config == changed


def test_a_camera_can_be_added(lang, files, tmp_path):
    config = lang.model.config
    wrist = config.observation_tokenizers[1]
    side = replace(wrist, name='side', image_keys=('image_side',), goal_keys=('image_side',))
    changed = replace(config, observation_tokenizers=(*config.observation_tokenizers, side))
    batch = dict(files.example_batch)
    batch['observation/image_side'] = batch['observation/image_wrist']
    batch['task/image_side'] = batch['task/image_wrist']
    with pytest.raises(CheckpointError, match='image_side'):
        save_octo(Octo(changed), tmp_path, 1, files)
    save_octo(Octo(changed), tmp_path, 1, replace(files, example_batch=batch))
    assert load_octo(tmp_path).config == changed


def test_new_files_are_whole_or_absent(tmp_path):
    def fail(file):
        file.write(b'half')
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_new(tmp_path / 'file', fail)
    assert not list(tmp_path.iterdir())
    write_new(tmp_path / 'file', b'first')
    write_new(tmp_path / 'file', b'second')
    assert (tmp_path / 'file').read_bytes() == b'first'
    assert [path.name for path in tmp_path.iterdir()] == ['file']


def test_example_batches_hold_numbers_only(lang, files, tmp_path):
    batch = {**files.example_batch, 'task/text': np.array(['words'])}
    with pytest.raises(CheckpointError, match='task/text cannot be written'):
        save_octo(lang.model, tmp_path, 1, replace(files, example_batch=batch))
    assert not (tmp_path / '1').exists()
