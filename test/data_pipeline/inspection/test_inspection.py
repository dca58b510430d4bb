# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is told of whole datasets, and of each way in which one can be broken."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import tensorflow_datasets as tfds
import yaml
from pydantic import TypeAdapter

from octo_ros.cli.main import main
from octo_ros.data.inspection.description import DatasetDescription
from octo_ros.data.inspection.vectors import dimension_names
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.tfrecord import read_records, write_record
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.embodiment import Embodiment, load_embodiment
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.policy.statistics import DatasetStatistics, FieldStatistics

CAMERAS = {'image_primary': (16, 24)}
WIDOWX = load_embodiment('widowx')


def record(steps, words, success=True, *, shift=0.0, image=None, hz=0.0):
    rows = np.random.default_rng(steps).uniform(-1, 1, (steps, 7)).astype(np.float32)
    rows[:, 6] = np.arange(steps) % 4 == 0
    picture = encode_jpeg(np.full((16, 24, 3), 90, np.uint8)) if image is None else image
    images = {'image_primary': (picture,) * steps}
    proprio = rows + np.float32(shift)
    return EpisodeRecord(
        'run', 'a', words, success, True, 'achieved_pose', proprio, rows, images, hz=hz
    )


def write(output, records, contract=None):
    """A dataset of (record, splits) with its statistics, as the converter leaves it."""
    with RldsWriter(output, 'robot', DatasetLayout(CAMERAS)) as writer:
        for each, splits in records:
            writer.write(each, splits)
        statistics = DatasetStatistics(
            FieldStatistics.of(
                np.concatenate([r.actions for r, _ in records]), [True] * 6 + [False]
            ),
            FieldStatistics.of(np.concatenate([r.proprio for r, _ in records])),
            sum(r.steps for r, _ in records),
            len(records),
        )
        statistics.write(writer.directory / 'dataset_statistics.json')
        if contract is not None:
            values = TypeAdapter(Embodiment).dump_python(contract, mode='json')
            (writer.directory / f'{contract.name}.yaml').write_text(yaml.safe_dump(values))
    return writer.target


@pytest.fixture
def whole(tmp_path):
    records = [
        (record(8, 'pick'), ('train',)),
        (record(4, 'pick', None), ('train',)),
        (record(6, 'place', False), ('val',)),
    ]
    return write(tmp_path, records)


def codes(description):
    return {problem.code for problem in description.problems}


def alter(target, change):
    """Rewrite the training shard with its examples changed."""
    (path,) = target.glob('*-train.tfrecord-*')
    from tensorflow_datasets.proto import tf_example_pb2

    examples = [tf_example_pb2.Example.FromString(data) for data in read_records(path)]
    change(examples[0].features.feature)
    with path.open('wb') as file:
        for example in examples:
            write_record(file, example.SerializeToString())


def test_a_whole_dataset_has_its_figures_and_no_problem(whole):
    told = DatasetDescription.of(whole)
    assert told.problems == ()
    assert told.notes == ()
    assert [(s.name, s.episodes, s.steps) for s in told.splits] == [
        ('train', 2, 12),
        ('val', 1, 6),
    ]
    train = told.splits[0]
    assert (train.shortest, train.median, train.longest) == (4, 6, 8)
    assert train.num_bytes == sum(
        len(data) for path in whole.glob('*train.tf*') for data in read_records(path)
    )
    assert told.instructions == {'pick': 2, 'place': 1}
    assert (told.outcomes.success, told.outcomes.failure, told.outcomes.unknown) == (2, 1, 0)
    assert (told.gripper, told.gripper_open) == (6, round(5 / 18, 4))
    action, state = told.vectors
    assert (action.key, action.names[0], state.key) == ('action', 'x', 'observation/state')
    rows = np.concatenate([record(n, '').actions for n in (8, 4, 6)])
    np.testing.assert_allclose(action.statistics.mean, rows.mean(axis=0), atol=1e-7)
    np.testing.assert_allclose(action.statistics.p99, np.quantile(rows, 0.99, axis=0), atol=1e-7)


def test_the_only_episode_in_both_splits_counts_once(tmp_path):
    target = write(tmp_path, [(record(5, 'pick'), ('train', 'val'))])
    told = DatasetDescription.of(target)
    assert told.problems == ()
    assert 'only episode is in several splits' in told.notes[0]
    assert [s.episodes for s in told.splits] == [1, 1]
    assert told.instructions == {'pick': 1}


def test_what_a_user_should_know_is_noted(tmp_path):
    still = record(4, '')
    still.actions[:, 1] = 0.5
    records = [(still, ('train',)), (record(8, 'pick', image=b''), ('train',))]
    notes = '\n'.join(DatasetDescription.of(write(tmp_path, [*records, records[0]])).notes)
    assert 'no split val' in notes
    assert 'because that is no episode' in notes
    assert 'episode 2 of train' in notes
    assert 'holds the same as episode 0 of train' in notes
    assert 'empty instruction, which Octo takes for none: 2.' in notes
    assert 'image_primary is empty 1 times' in notes
    assert 'action never changes' not in notes


@pytest.mark.parametrize(
    ('key', 'kind', 'values', 'words'),
    [
        ('is_first', 'int64_list', [1, 0, 0, 0, 0, 0, 1, 0], 'is_first is set at step 0, 6, not'),
        ('is_first', 'int64_list', [0] * 8, 'is_first is set nowhere, not at the first step'),
        (
            'is_last',
            'int64_list',
            [0, 1] * 4,
            'is_last is set at step 1, 3, 5, 7, not at the last',
        ),
        ('is_terminal', 'int64_list', [1] + [0] * 7, 'is_terminal is set at step 0, not only'),
        ('reward', 'float_list', [float('nan')] * 8, 'a reward is not finite'),
        ('discount', 'float_list', [2.0] * 8, 'a discount does not lie in 0'),
        ('action', 'float_list', [float('inf')] * 56, 'action holds numbers that are no number'),
        ('action', 'float_list', [0.25] * 56, 'dataset_statistics.json says mean'),
        ('action', 'float_list', [0.25] * 63, 'steps that do not agree'),
        ('language_instruction', 'bytes_list', [b'a'] + [b'b'] * 7, 'instruction changes within'),
        ('observation/image_primary', 'bytes_list', [b'x'] * 8, 'step 0 1 bytes that are no pic'),
    ],
)
def test_what_breaks_a_rule_is_a_problem(whole, key, kind, values, words):
    def change(features):
        values_ = getattr(features[f'steps/{key}'], kind).value
        del values_[:]
        values_.extend(values)

    alter(whole, change)
    told = DatasetDescription.of(whole)
    assert words in '\n'.join(map(str, told.problems))
    json.dumps(told.to_dict(), allow_nan=False)


def test_later_pictures_are_looked_at_when_asked(whole):
    def change(features):
        features['steps/observation/image_primary'].bytes_list.value[3] = b'x'

    alter(whole, change)
    assert DatasetDescription.of(whole).problems == ()
    (problem,) = DatasetDescription.of(whole, every_picture=True).problems
    assert 'holds in step 3 1 bytes that are no picture' in problem.sentence


def test_a_damaged_file_is_told_and_the_rest_is_read(whole):
    (path,) = whole.glob('*-train.tfrecord-*')
    path.write_bytes(path.read_bytes()[:-5])
    told = DatasetDescription.of(whole)
    assert 'is cut short, 5 bytes are missing' in told.problems[0].sentence
    assert [(s.episodes, s.expected) for s in told.splits] == [(1, 2), (1, 1)]
    assert 'counts 18 steps; the dataset holds 14.' in '\n'.join(map(str, told.problems))


def test_the_contract_beside_it_must_fit(tmp_path):
    target = write(tmp_path, [(record(5, 'a'), ('train',)), (record(4, 'b'), ('val',))], WIDOWX)
    told = DatasetDescription.of(target)
    assert (told.contract, told.rate) == ('widowx', 5.0)
    assert told.problems[0].count == 2  # the wrist camera is missing
    (problem,) = told.problems
    assert 'says (256, 256, 3) for image_primary; the dataset has (16, 24, 3)' in str(problem)
    assert str(problem).endswith('(and 1 more like it)')
    (target / 'widowx.yaml').write_text('name: 3')
    told = DatasetDescription.of(target)
    assert 'widowx.yaml is no contract of a robot for this version' in told.notes[0]
    assert (told.contract, told.rate, told.problems) == (None, None, ())


def test_episodes_say_how_fast_they_are(tmp_path):
    contract = replace(
        WIDOWX,
        cameras={'image_primary': replace(WIDOWX.cameras['image_primary'], height=16, width=24)},
    )
    records = [(record(5, 'a', hz=10.0), ('train',)), (record(4, 'b', hz=10.0), ('val',))]
    told = DatasetDescription.of(write(tmp_path, records, contract))
    assert told.rate == 10.0
    (problem,) = told.problems
    assert 'contract says 5 steps per second; episodes say 10.' in str(problem)


def test_other_peoples_datasets_are_told_as_far_as_known(tmp_path):
    f = tfds.features
    step = {
        'action': f.FeaturesDict({'v': f.Tensor(shape=(3,), dtype=np.float32), 'open': np.bool_}),
        'observation': f.FeaturesDict({'q': f.Tensor(shape=(2,), dtype=np.float64)}),
        'embedding': f.Tensor(shape=(512,), dtype=np.float32),
    }
    features = f.FeaturesDict({'steps': f.Dataset(step)})
    serializer = tfds.core.example_serializer.ExampleSerializer(features.get_serialized_info())
    rows = [
        {
            'action': {'v': [i, 0, 1], 'open': True},
            'observation': {'q': [i, -i]},
            'embedding': np.zeros(512, np.float32),
        }
        for i in range(3)
    ]
    with (tmp_path / 'x-train.tfrecord-00000-of-00001').open('wb') as file:
        write_record(file, serializer.serialize_example(features.encode_example({'steps': rows})))
    features.save_config(str(tmp_path))
    info = {'name': 'x', 'splits': [{'name': 'train', 'shardLengths': ['1']}]}
    (tmp_path / 'dataset_info.json').write_text(json.dumps(info))
    told = DatasetDescription.of(tmp_path)
    assert told.problems == ()
    assert [v.key for v in told.vectors] == ['action/open', 'action/v', 'observation/q']
    assert told.gripper is None
    assert told.outcomes.unknown == 1
    notes = '\n'.join(told.notes)
    assert 'is_first, is_last, is_terminal, reward, discount in every step; here' in notes
    assert 'no language_instruction' in notes
    assert 'action/v never changes in 1, 2.' in notes


def test_names_of_dimensions():
    assert dimension_names('action', 7, WIDOWX)[3:] == ('roll', 'pitch', 'yaw', 'gripper')
    franka = load_embodiment('franka')
    assert dimension_names('action', 7, WIDOWX, 'joint_delta')[:6] == WIDOWX.joints
    assert dimension_names('action', 8, franka) == (*franka.joints, 'gripper')
    assert dimension_names('observation/joint_positions', 7, franka) == franka.joints
    assert dimension_names('observation/wrench', 6, None) == tuple('012345')


def test_the_command_prints_tables_and_fails_on_a_broken_dataset(whole, capsys):
    assert main(['inspect_rlds', str(whole.parents[1])]) == 0
    printed = capsys.readouterr().out
    assert 'robot 1.0.0' in printed
    assert 'commanded open in 28% of the steps' in printed
    (path,) = whole.glob('*-val.tfrecord-*')
    path.unlink()
    assert main(['inspect_rlds', str(whole)]) == 1
    assert 'is broken:' in capsys.readouterr().err


def test_the_command_prints_json(whole, capsys):
    assert main(['inspect_rlds', str(whole), '--json']) == 0
    values = json.loads(capsys.readouterr().out)
    assert values['splits'][0]['steps'] == 12
    assert values['features'][0]['key'] == 'action'
    assert values['vectors'][0]['names'][6] == 'gripper'
    assert values['problems'] == []


def test_no_dataset_is_one_sentence(tmp_path, capsys):
    assert main(['inspect_rlds', str(tmp_path)]) == 1
    assert 'holds no RLDS dataset' in capsys.readouterr().err
