# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import pickle
import resource

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.errors import CheckpointError
from octo_ros.model.flax_msgpack import ArrayFile, iterate_arrays

CHUNKED = '__msgpack_chunked_array__'


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
    file.write_text('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n')
    with pytest.raises(CheckpointError, match='git lfs pull'):
        read(file)


def pack(value):
    return msgpack.packb(value, use_bin_type=True)


def array_leaf(shape, dtype, data):
    return msgpack.ExtType(1, pack([shape, dtype, data]))


FOUR = array_leaf([4], 'float32', bytes(16))


def test_arrays_are_views_of_the_file_and_read_only(file, write):
    write(file, {'a': np.arange(5, dtype=np.float32)})
    array = read(file)['a']
    assert not array.flags.owndata
    with pytest.raises(ValueError, match='read-only'):
        array[0] = 1.0
    file.unlink()
    np.testing.assert_array_equal(array, np.arange(5))


def test_opening_reads_no_array(file, write):
    write(file, {'a/b': np.zeros((1000, 1000), np.float32), 'a/c': np.zeros(3, np.uint8)})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stored = ArrayFile(file).arrays
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2000  # [kB]
    assert {name: (a.shape, a.dtype) for name, a in stored.items()} == {
        'a/b': ((1000, 1000), 'float32'),
        'a/c': ((3,), 'uint8'),
    }


def test_bfloat16_becomes_float32(file):
    values = torch.tensor([[1.0, -2.5], [3e38, 0.1]]).bfloat16()
    data = values.view(torch.int16).numpy().tobytes()
    file.write_bytes(pack({'a': array_leaf([2, 2], 'bfloat16', data)}))
    array = read(file)['a']
    assert array.dtype == np.float32
    np.testing.assert_array_equal(array, values.float())


def test_scalars_are_arrays_without_axes(file):
    scalar = msgpack.ExtType(3, pack([[], 'int64', (7).to_bytes(8, 'little')]))
    file.write_bytes(pack({'a': scalar}))
    assert read(file)['a'] == 7
    assert read(file)['a'].shape == ()


def test_a_cut_off_file_names_the_tensor(file, write):
    write(file, {'a/first': np.zeros(4, np.float32), 'a/second': np.zeros(4, np.float32)})
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(CheckpointError, match='damaged at a/second: it is cut off after'):
        read(file)


def test_a_file_cut_off_anywhere_is_refused(file, write):
    write(
        file,
        {
            **{f'block/{i}/bias': np.zeros(2, np.float32) for i in range(20)},
            'long/kernel': np.zeros((70, 3), np.float32),
            'long/shape': np.zeros((1, 300, 1), np.uint8),
        },
    )
    content = file.read_bytes()
    for size in range(len(content)):
        file.write_bytes(content[:size])
        with pytest.raises(CheckpointError, match='is damaged'):
            read(file)


def test_surplus_bytes_are_refused(file, write):
    write(file, {'a': np.zeros(4, np.float32)})
    file.write_bytes(file.read_bytes() + b'\x00')
    with pytest.raises(CheckpointError, match='1 bytes follow'):
        read(file)


@pytest.mark.parametrize(
    ('leaf', 'reason'),
    [
        (3.0, 'no array at a, but a float'),
        (None, 'no array at a, but nil'),
        ('text', 'no array at a, but a str'),
        ([FOUR], 'no array at a, but a list'),
        (msgpack.ExtType(2, b''), 'extension type 2 is not an array'),
        (array_leaf([2], 'object', b'ab'), "'object' are not supported"),
        (array_leaf([1], 'complex64', bytes(8)), "'complex64' are not supported"),
        (array_leaf([1], '<f4', bytes(4)), "'<f4' are not supported"),
        (array_leaf([3], 'float32', b'ab'), '2 bytes do not make'),
        (array_leaf([-1], 'float32', bytes(4)), 'do not make'),
        (array_leaf([-2, -2], 'float32', bytes(16)), 'do not make'),
        (array_leaf([2**63, 2], 'float32', bytes(16)), 'do not make'),
        (array_leaf([0, 2**62, 2**62], 'float32', b''), 'do not make'),
        (array_leaf([1] * 40, 'float32', bytes(4)), '40 axes'),
        (array_leaf([2.0], 'float32', bytes(8)), 'a length must be an int, not a float'),
        (array_leaf([True], 'float32', bytes(4)), 'a length must be an int, not a bool'),
        (array_leaf(4, 'float32', bytes(16)), 'a shape must be a list'),
        (array_leaf([4], 7, bytes(16)), 'a dtype must be a str, not an int'),
        (array_leaf([4], 'float32', 'text'), 'must be a bin, not a str'),
        (msgpack.ExtType(1, pack([1, 2])), 'has 3 parts .*, not 2'),
        (msgpack.ExtType(1, FOUR.data + b'\x00'), 'followed by 1 bytes'),
        (msgpack.ExtType(1, FOUR.data[:-1]), 'needs 16 bytes where 15 are left'),
        (msgpack.ExtType(1, b'\xc1'), 'begins nothing'),
    ],
)
def test_other_leaves_are_refused(file, leaf, reason):
    file.write_bytes(pack({'a': leaf}))
    with pytest.raises(CheckpointError, match=reason) as error:
        read(file)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (b'\x82\xa1a' + pack(FOUR) + b'\xa1a' + pack(FOUR), "'a' is there twice"),
        (b'\x82\xa1a' + pack({'b': FOUR}) + b'\xa1a' + pack({'c': FOUR}), "'a' is there twice"),
        (pack({'a': {'b': FOUR}, 'a/b': FOUR}), 'the path is there twice'),
        (pack({1: FOUR}), 'a key must be a str, not an int'),
        (b'\x81\xa1\xff' + pack(FOUR), 'a key is not UTF-8'),
        (pack({'a' * 5000: FOUR}), 'a key of 5000 bytes is too long'),
        (pack([FOUR]), 'does not begin with a map'),
        (b'\xc1', 'begins nothing'),
    ],
)
def test_other_maps_are_refused(file, content, reason):
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match=reason):
        read(file)


def test_chunked_arrays(file):
    pieces = [np.arange(i, i + 4, dtype=np.float32) for i in (0, 4, 8)]
    chunks = {
        str(i): array_leaf([4], 'float32', piece.tobytes()) for i, piece in enumerate(pieces)
    }
    file.write_bytes(pack({'a': {CHUNKED: True, 'shape': {'0': 3, '1': 4}, 'chunks': chunks}}))
    np.testing.assert_array_equal(read(file)['a'], np.arange(12).reshape(3, 4))


@pytest.mark.parametrize(
    ('shape', 'chunks', 'reason'),
    [
        ({'0': 9}, {'0': FOUR, '1': FOUR}, '32 bytes do not make a float32 array of shape'),
        ({'0': 2**40}, {'0': FOUR}, '16 bytes do not make'),
        ({'0': -8}, {'0': FOUR}, '16 bytes do not make'),
        ({'1': 4}, {'0': FOUR}, "shape has the key '1' where 0 belongs"),
        ({'0': 4}, {'1': FOUR}, "chunks has the key '1' where 0 belongs"),
        ({'0': 8}, {'0': FOUR, '1': array_leaf([2], 'float64', bytes(16))}, 'chunks of an array'),
        ({'0': 4}, {}, 'of no type'),
        ({'0': 4}, {'0': 4.0}, 'a chunk must be an extension, not a float'),
        ({'0': 4}, {'0': array_leaf([5], 'float32', bytes(16))}, '16 bytes do not make'),
        ({str(i): 1 for i in range(40)}, {'0': FOUR}, 'shape has 40 entries'),
        ([4], {'0': FOUR}, 'shape must be a map'),
        ({'0': 4}, [FOUR], 'chunks must be a map'),
    ],
)
def test_chunked_arrays_that_lie_are_refused(file, shape, chunks, reason):
    file.write_bytes(pack({'a': {CHUNKED: True, 'shape': shape, 'chunks': chunks}}))
    with pytest.raises(CheckpointError, match=f'damaged at a: .*{reason}'):
        read(file)


@pytest.mark.parametrize(
    'node',
    [
        {CHUNKED: False, 'shape': {'0': 4}, 'chunks': {'0': FOUR}},
        {CHUNKED: True, 'shape': {'0': 4}},
        {CHUNKED: True, 'chunks': {'0': FOUR}, 'shape': {'0': 4}},
        {CHUNKED: True, 'shape': {'0': 4}, 'pieces': {'0': FOUR}},
        {CHUNKED: True, 'shape': {'0': 4}, 'chunks': {'0': FOUR}, 'more': FOUR},
        {'shape': {'0': 4}, 'chunks': {'0': FOUR}, CHUNKED: True},
    ],
)
def test_chunked_arrays_of_another_form_are_refused(file, node):
    file.write_bytes(pack({'a': node}))
    with pytest.raises(CheckpointError):
        read(file)


# Every length that MessagePack has, set to its largest.
HUGE = [
    b'\xdf' + b'\xff' * 4,
    b'\xde' + b'\xff' * 2,
    b'\x81\xdb' + b'\xff' * 4,
    b'\x81\xa1a\xc9' + b'\xff' * 4 + b'\x01',
    b'\x81\xa1a\xc7\x06\x01\x93\xdd' + b'\xff' * 4,
    b'\x81\xa1a\xc7\x10\x01\x93\x91\x04\xa7float32\xc6' + b'\xff' * 4,
    pack({'a': array_leaf([2**62], 'float32', bytes(16))}),
    b'\x81\xa1a'
    + pack({CHUNKED: True, 'shape': {}})[:-1].replace(b'\x82', b'\x83')
    + b'\xdf'
    + b'\xff' * 4,
]


@pytest.mark.parametrize('content', HUGE)
def test_sizes_are_not_believed(file, content):
    file.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CheckpointError, match='is damaged'):
        read(file)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # [kB]


def test_a_tree_without_end_is_refused(file):
    file.write_bytes(b'\x81\xa1a' * 100_000 + b'\x80')
    with pytest.raises(CheckpointError, match='more than 32 deep'):
        read(file)


def test_a_file_of_very_many_arrays_is_refused(file):
    empty = array_leaf([0], 'uint8', b'')
    file.write_bytes(pack({f'{i}': empty for i in range(100_001)}))
    with pytest.raises(CheckpointError, match='more than 100000 arrays'):
        read(file)


def test_only_regular_files_are_opened(file):
    os.mkfifo(file)  # reading it would wait for ever
    with pytest.raises(CheckpointError, match='not a regular file'):
        read(file)
    file.unlink()
    file.mkdir()
    with pytest.raises(CheckpointError, match=f'Cannot read {file}: '):
        read(file)
    file.rmdir()
    file.symlink_to(file)
    with pytest.raises(CheckpointError, match=f'Cannot read {file}: Too many levels'):
        read(file)


def test_symbolic_links_are_followed(file, write, tmp_path):
    write(tmp_path / 'blob', {'a': np.zeros(2, np.float32)})
    file.symlink_to(tmp_path / 'blob')
    assert read(file)['a'].shape == (2,)


@pytest.fixture(scope='module')
def sound(tmp_path_factory):
    """A file with every kind of thing in it."""
    chunks = {'0': FOUR, '1': FOUR}
    return pack(
        {
            'a': {'b': array_leaf([2, 3], 'float32', bytes(24)), 'c': FOUR},
            'chunked': {CHUNKED: True, 'shape': {'0': 8}, 'chunks': chunks},
            'half': array_leaf([2], 'bfloat16', bytes(4)),
            **{f'many{i}': array_leaf([300], 'uint8', bytes(300)) for i in range(16)},
        }
    )


@settings(max_examples=400, deadline=None)
@given(
    flips=st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 6000),
)
def test_any_damage_is_read_or_refused_never_a_crash(tmp_path_factory, sound, flips, cut):
    file = tmp_path_factory.getbasetemp() / 'damaged'
    content = bytearray(sound)
    for position, value in flips:
        content[position % len(content)] = value
    file.write_bytes(content[:cut] if cut % 2 else content)
    try:
        arrays = read(file)
    except CheckpointError as error:
        assert str(file) in str(error)  # noqa: PT017
        assert '\n' not in str(error)  # noqa: PT017
    else:
        assert sum(array.size for array in arrays.values()) < len(content)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / 'noise'
    file.write_bytes(b'\x81\xa1a' + content)
    try:
        read(file)
    except CheckpointError as error:
        assert str(file) in str(error)  # noqa: PT017
