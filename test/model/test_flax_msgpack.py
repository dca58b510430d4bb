# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pickle

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octo_ros.errors import CheckpointError
from octo_ros.model.flax_msgpack import iterate_arrays


@pytest.fixture
def file(tmp_path):
    return tmp_path / 'checkpoint'


def read(path):
    return dict(iterate_arrays(path))


def test_reads_what_flax_writes(file, write):
    rng = np.random.default_rng(0)
    arrays = {
        'a/b/kernel': rng.normal(size=(3, 4, 5)).astype(np.float32),
        'a/b/bias': np.zeros((0,), np.float64),
        'a/count': np.array(7, np.int32),
        'b': rng.integers(0, 2, (70_000,)).astype(bool),
        **{f'many/{i}': np.array([i], np.int64) for i in range(20)},
    }
    write(file, arrays)
    read_back = read(file)
    assert read_back.keys() == arrays.keys()
    for name, array in arrays.items():
        assert read_back[name].dtype == array.dtype
        np.testing.assert_array_equal(read_back[name], array)


def test_missing_and_empty_files_are_named(file):
    with pytest.raises(CheckpointError, match=f'Cannot read {file}: No such file'):
        read(file)
    file.touch()
    with pytest.raises(CheckpointError, match=f'{file} is damaged'):
        read(file)


class Trap:
    """Unpickling it would raise."""

    def __reduce__(self):
        return pytest.fail, ('a file was unpickled',)


def test_foreign_files_are_refused_and_nothing_is_unpickled(file):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        file.write_bytes(pickle.dumps({'params': Trap()}, protocol=protocol))
        with pytest.raises(CheckpointError, match=r'a pickle, .* never unpickles'):
            read(file)
    torch.save({'params': torch.zeros(2)}, file)
    with pytest.raises(CheckpointError, match='a zip archive'):
        read(file)


def test_a_cut_off_file_names_the_tensor(file, write):
    write(file, {'a/first': np.zeros(4, np.float32), 'a/second': np.zeros(4, np.float32)})
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(CheckpointError, match='damaged at a/second: it is cut off after'):
        read(file)


def test_surplus_bytes_are_refused(file, write):
    write(file, {'a': np.zeros(4, np.float32)})
    file.write_bytes(file.read_bytes() + b'\x00')
    with pytest.raises(CheckpointError, match='1 bytes follow'):
        read(file)


@pytest.mark.parametrize(
    ('leaf', 'reason'),
    [
        (3.0, 'no array at a, but 3.0'),
        (msgpack.ExtType(2, b''), 'extension type 2 is not an array'),
        (msgpack.ExtType(1, msgpack.packb([[2], 'object', b'ab'])), "'object' are not supported"),
        (msgpack.ExtType(1, msgpack.packb([[3], 'float32', b'ab'])), '2 bytes do not make'),
        (msgpack.ExtType(1, msgpack.packb([1, 2])), 'damaged at a'),
    ],
)
def test_other_leaves_are_refused(file, leaf, reason):
    file.write_bytes(msgpack.packb({'a': leaf}))
    with pytest.raises(CheckpointError, match=reason):
        read(file)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.booleans())
def test_any_damage_is_read_or_refused_never_a_crash(
    tmp_path_factory, write, position, value, cut
):
    file = tmp_path_factory.mktemp('damage') / 'checkpoint'
    write(file, {'a/b': np.arange(6, dtype=np.float32), 'a/c': np.ones((2, 2), np.uint8)})
    content = bytearray(file.read_bytes())
    position %= len(content)
    content[position] = value
    file.write_bytes(content[:position] if cut else content)
    try:
        arrays = read(file)
    except CheckpointError as error:
        assert str(file) in str(error)  # noqa: PT017
    else:
        assert all(isinstance(array, np.ndarray) for array in arrays.values())
