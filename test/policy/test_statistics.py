# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from octo_ros.errors import DatasetError, PolicyError, UnknownNameError
from octo_ros.policy.statistics import DatasetStatistics, FieldStatistics, Normalization

VALUES = np.random.default_rng(3).normal(size=(500, 7))
NORMAL, BOUNDS = Normalization.NORMAL, Normalization.BOUNDS
FIELD = {
    'mean': [1.0, -2.0, 0.5],
    'std': [2.0, 0.5, 0.3],
    'min': [-4.0, -4.0, 0.0],
    'max': [5.0, 0.0, 1.0],
    'p01': [-3.0, -3.0, 0.0],
    'p99': [5.0, -1.0, 1.0],
    'mask': [True, True, False],
}
DATASET = {'action': FIELD, 'num_transitions': 10, 'num_trajectories': 2}
ACTION = FieldStatistics.from_dict(FIELD)


def statistics():
    mask = [True] * 6 + [False]
    return DatasetStatistics(
        FieldStatistics.of(VALUES, mask), FieldStatistics.of(VALUES * 2), 500, 4
    )


def test_they_are_what_octo_computes():
    action = statistics().action
    np.testing.assert_allclose(action.mean, VALUES.mean(axis=0))
    np.testing.assert_allclose(action.std, VALUES.std(axis=0, ddof=0))
    np.testing.assert_allclose(action.p01, np.quantile(VALUES, 0.01, axis=0))
    np.testing.assert_array_equal(action.max, VALUES.max(axis=0))
    assert not action.mean.flags.writeable


def test_a_file_reads_back_equal(tmp_path):
    statistics().write(tmp_path / 'dataset_statistics.json')
    values = json.loads((tmp_path / 'dataset_statistics.json').read_text())
    assert DatasetStatistics.from_dict(values).to_dict() == statistics().to_dict()


def test_pretrained_form_needs_a_name_only_if_there_are_several():
    one = {'bridge': statistics().to_dict()}
    assert DatasetStatistics.from_dict(one).num_trajectories == 4
    two = {**one, 'fractal': statistics().to_dict()}
    assert DatasetStatistics.from_dict(two, 'fractal').num_transitions == 500
    for name in ('', 'brige'):
        with pytest.raises(UnknownNameError, match='bridge, fractal'):
            DatasetStatistics.from_dict(two, name)


def test_octo_1_0_lacks_quantiles_and_mask():
    action = {key: [1.0, 2.0] for key in ('mean', 'std', 'min', 'max')}
    values = {'action': action, 'num_transitions': 1, 'num_trajectories': 1}
    read = DatasetStatistics.from_dict(values)
    assert read.action.mask.all()
    assert np.isneginf(read.action.p01).all()
    assert read.proprio is None


def test_mean_and_std_are_enough():
    full = statistics().action
    bare = DatasetStatistics.from_dict(
        {'action': {'mean': full.mean.tolist(), 'std': full.std.tolist()}}
    )
    assert (bare.num_transitions, bare.num_trajectories) == (0, 0)
    x = np.ones(full.dim)
    expected = x * full.std + full.mean
    np.testing.assert_array_equal(bare.action.unnormalize(x, Normalization.NORMAL), expected)
    with pytest.raises(PolicyError, match='p01 and p99'):
        bare.action.unnormalize(x, Normalization.BOUNDS)


def test_what_is_missing_is_named():
    values = statistics().to_dict()
    del values['action']['std']
    with pytest.raises(DatasetError, match="lack 'std'"):
        DatasetStatistics.from_dict(values)


def test_the_formulas_on_numbers_done_by_hand():
    x = [3.0, -2.5, 0.7]
    normal = [(3.0 - 1.0) / (2.0 + 1e-8), (-2.5 + 2.0) / (0.5 + 1e-8), 0.7]
    np.testing.assert_allclose(ACTION.normalize(x, NORMAL), normal, rtol=1e-12)
    bounds = [2 * (3.0 + 3.0) / (8.0 + 1e-8) - 1, 2 * (-2.5 + 3.0) / (2.0 + 1e-8) - 1, 0.7]
    np.testing.assert_allclose(ACTION.normalize(x, BOUNDS), bounds, rtol=1e-12)
    np.testing.assert_allclose(ACTION.unnormalize([1.0, 1.0, 1.0], NORMAL), [3.0, -1.5, 1.0])
    np.testing.assert_allclose(ACTION.unnormalize([0.5, 0.0, 0.3], BOUNDS), [3.0, -2.0, 0.3])


def test_bounds_clip_on_the_way_in_and_not_on_the_way_back():
    assert ACTION.normalize([100.0, -100.0, 7.0], BOUNDS).tolist() == [1.0, -1.0, 7.0]
    assert ACTION.unnormalize([2.0, 0.0, 0.0], BOUNDS)[0] == 9.0


def test_a_constant_dimension_is_no_division_by_zero():
    constant = FieldStatistics.of(np.ones((5, 2)))
    assert constant.normalize([1.0, 1.0], NORMAL).tolist() == [0.0, 0.0]
    assert np.isfinite(constant.normalize([1.0, 2.0], BOUNDS)).all()


@given(hnp.arrays(np.float64, (4, 3), elements=st.floats(-100, 100)))
def test_there_and_back(values):
    back = ACTION.unnormalize(ACTION.normalize(values, NORMAL), NORMAL)
    np.testing.assert_allclose(back, values, atol=1e-5)


@given(hnp.arrays(np.float64, (3,), elements=st.floats(0, 1)))
def test_there_and_back_within_the_bounds(share):
    values = ACTION.p01 + share * (ACTION.p99 - ACTION.p01)
    back = ACTION.unnormalize(ACTION.normalize(values, BOUNDS), BOUNDS)
    np.testing.assert_allclose(back, values, atol=1e-6)


def test_dimensions_beyond_the_statistics_are_padding():
    padded = ACTION.unnormalize(np.ones((4, 7)), NORMAL)
    assert padded.shape == (4, 3)
    with pytest.raises(PolicyError, match=r'3 dimensions, the values have shape \(4, 2\)'):
        ACTION.unnormalize(np.ones((4, 2)), NORMAL)
    with pytest.raises(PolicyError, match=r'3 dimensions, the values have shape \(4, 7\)'):
        ACTION.normalize(np.ones((4, 7)), NORMAL)


def test_bounds_need_percentiles():
    old = FieldStatistics.from_dict({k: v for k, v in FIELD.items() if k not in ('p01', 'p99')})
    with pytest.raises(PolicyError, match='needs p01 and p99'):
        old.unnormalize(np.zeros(3), BOUNDS)


def test_without_a_mask_all_dimensions_are_scaled():
    unmasked = FieldStatistics.from_dict({k: v for k, v in FIELD.items() if k != 'mask'})
    assert unmasked.unnormalize(np.zeros(3), NORMAL).tolist() == FIELD['mean']


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / 'dataset_statistics.json'
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_one_dataset_with_and_without_its_name(file):
    for content in (DATASET, {'bridge': DATASET}):
        statistics = DatasetStatistics.read(file(content))
        assert statistics.action.mean.tolist() == FIELD['mean']
        assert (statistics.num_transitions, statistics.num_trajectories) == (10, 2)
        assert statistics.proprio is None


def test_of_several_datasets_one_must_be_named(file):
    other = {**DATASET, 'num_transitions': 99}
    path = file({'bridge_dataset': DATASET, 'fractal': other})
    assert DatasetStatistics.read(path, 'fractal').num_transitions == 99
    with pytest.raises(UnknownNameError, match='Known: bridge_dataset, fractal'):
        DatasetStatistics.read(path)
    with pytest.raises(UnknownNameError, match="Did you mean 'bridge_dataset'"):
        DatasetStatistics.read(path, 'bridge_datset')


def test_what_is_written_is_read_back(file, tmp_path):
    statistics = DatasetStatistics.read(file({**DATASET, 'proprio': FIELD}))
    statistics.write(tmp_path / 'again.json')
    again = DatasetStatistics.read(tmp_path / 'again.json')
    assert again.to_dict() == statistics.to_dict()
    assert again.proprio is not None


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        ('{', 'does not have the form'),
        ('[1]', 'does not have the form'),
        ({'action': {'mean': [0.0]}, 'num_transitions': 1, 'num_trajectories': 1}, "lack 'std'"),
        ({'action': {**FIELD, 'std': [1.0]}, 'num_transitions': 1, 'num_trajectories': 1}, 'form'),
        ({'action': {'std': [1.0]}}, "lack 'mean'"),
    ],
)
def test_damaged_files_are_refused(file, content, reason):
    with pytest.raises(DatasetError, match=reason):
        DatasetStatistics.read(file(content))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r'Cannot read .*No such file'):
        DatasetStatistics.read(tmp_path / 'dataset_statistics.json')
