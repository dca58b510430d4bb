# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from octo_ros.errors import CheckpointError
from octo_ros.inspection.description import CheckpointDescription, DatasetSummary
from octo_ros.model.flax_msgpack import ArrayFile

DATA = Path(__file__).parents[1] / 'data'


@pytest.fixture
def lang(tmp_path):
    return Path(shutil.copytree(DATA / 'octo_tiny_lang/checkpoint', tmp_path / 'checkpoint'))


@pytest.fixture
def statistics(lang):
    def write(values):
        (lang / 'dataset_statistics.json').write_text(json.dumps(values))

    write.before = json.loads((lang / 'dataset_statistics.json').read_text())
    return write


def test_no_weight_is_read(lang, monkeypatch):
    monkeypatch.setattr(ArrayFile, 'read', lambda *_: pytest.fail('read'))
    description = CheckpointDescription.of(lang)
    assert description.parameters.total.parameters > 0
    assert description.notes == ()


def test_sequence_of_the_network_with_language(lang):
    description = CheckpointDescription.of(lang)
    spans = {span.name: span.tokens for span in description.sequence}
    assert spans == {
        'task_language': 16,
        'obs_primary': 16,
        'obs_wrist': 4,
        'obs_task_language': 16,
        'readout_action': 1,
    }
    assert [description.sequence_length(window) for window in (1, 2)] == [53, 90]


def test_versions():
    goal = CheckpointDescription.of(DATA / 'octo_tiny_goal/checkpoint')
    assert goal.version.name == 'v1.0'
    assert 'config.json has no use_correct_attention, so it is false' in goal.version.reasons
    assert 'the head has pred_horizon' in goal.version.reasons
    assert goal.sequence_length(2) == 58


def test_numbers_of_a_robot_with_joints():
    description = CheckpointDescription.of(DATA / 'octo_tiny_aloha/checkpoint')
    assert [s.tokens for s in description.sequence if s.name == 'obs_proprio'] == [14]
    summary = description.datasets[0]
    assert (summary.name, summary.action_dim, summary.normalized_dims) == ('', 14, 12)
    assert summary.proprio_dim == 14
    assert description.to_dict()['head'] == 'continuous'


def test_statistics_by_dataset_name(lang, statistics):
    one = statistics.before['tiny_dataset']
    statistics({'a': one, 'b': {**one, 'num_transitions': 5}})
    datasets = CheckpointDescription.of(lang).datasets
    assert [d.name for d in datasets] == ['a', 'b']
    assert datasets[1] == DatasetSummary('b', 5, one['num_trajectories'], 7, 6, None)


@pytest.mark.parametrize('values', [{'a': 3}, {'a': {}}, [], {'action': {'mean': [1]}}])
def test_broken_statistics_are_a_note(lang, statistics, values):
    statistics(values)
    description = CheckpointDescription.of(lang)
    assert description.datasets == ()
    assert 'tatistics' in description.notes[0]


def test_missing_statistics_are_a_note(lang):
    (lang / 'dataset_statistics.json').unlink()
    assert 'No such file' in CheckpointDescription.of(lang).notes[0]


def test_all_of_it_is_json(lang):
    description = CheckpointDescription.of(lang)
    values = json.loads(json.dumps(description.to_dict()))
    total, rest = (
        values['parameters'][key]['parameters'] for key in ('total', 'without_language_encoder')
    )
    assert 0 < rest < total
    assert values['steps'] == [0]


def test_steps(lang):
    shutil.copytree(lang / '0', lang / '100')
    assert CheckpointDescription.of(lang).step == 100
    assert CheckpointDescription.of(lang, 0).step == 0
    with pytest.raises(CheckpointError, match=r'has no step 7.*steps there: 0, 100'):
        CheckpointDescription.of(lang, 7)
