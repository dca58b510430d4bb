# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from octo_ros.errors import CheckpointError
from octo_ros.model.flax_msgpack import DTYPES, iterate_arrays
from octo_ros.model.flax_writer import write_arrays


def written(given, **kwargs):
    file = io.BytesIO()
    write_arrays(file, given, given.__getitem__, **kwargs)
    return file.getvalue()


def flax_tree(value):
    """What flax gives to msgpack: its own encoding, by a general packer."""
    if isinstance(value, dict):
        return {key: flax_tree(value[key]) for key in sorted(value)}
    payload = msgpack.packb((value.shape, value.dtype.name, value.tobytes('C')))
    return msgpack.ExtType(1, payload)


@pytest.mark.parametrize('name', ['octo_tiny_lang', 'octo_tiny_goal'])
@pytest.mark.parametrize('file', ['0/default/checkpoint', 'example_batch.msgpack'])
def test_files_of_the_original_are_written_byte_for_byte(request, name, file):
    path = request.getfixturevalue(name.rpartition('_')[2]).checkpoint / file
    shuffled = dict(reversed(list(iterate_arrays(path))))
    assert written(shuffled) == path.read_bytes()


# Sizes of the payload on both sides of every boundary of MessagePack's lengths.
@pytest.mark.parametrize(
    'size', [0, 1, 2, 100, 230, 231, 232, 255, 256, 257, 65_510, 65_535, 65_536, 70_000]
)
def test_every_length_is_encoded_as_msgpack_does(size):
    array = np.arange(size).astype(np.uint8)
    assert written({'a': array}) == msgpack.packb({'a': flax_tree(array)})


@settings(max_examples=60, deadline=None)
@given(
    tree=st.dictionaries(
        st.text(st.characters(exclude_characters='/', codec='utf-8'), min_size=1, max_size=40),
        st.dictionaries(
            st.sampled_from(['kernel', 'bias', 'Dense_10', 'Dense_2']),
            st.sampled_from(sorted(DTYPES)).flatmap(
                lambda dtype: arrays(dtype, array_shapes(min_dims=0, max_dims=4, min_side=0))
            ),
            min_size=1,
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_tree_is_flax_s_and_comes_back(tmp_path_factory, tree):
    flat = {f'{name}/{key}': array for name, node in tree.items() for key, array in node.items()}
    data = written(flat)
    assert data == msgpack.packb(flax_tree(tree))
    file = tmp_path_factory.mktemp('tree') / 'checkpoint'
    file.write_bytes(data)
    read = dict(iterate_arrays(file))
    assert read.keys() == flat.keys()
    for name, array in flat.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


def test_memory_order_and_byte_order_do_not_matter():
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    for same in (np.asfortranarray(array), array.astype('>f4'), array.T.copy().T):
        assert written({'a': same}) == written({'a': array})


def test_large_arrays_are_chunked_as_flax_does(tmp_path):
    array = np.arange(30, dtype=np.float32).reshape(5, 6)
    data = written({'a': array, 'b': array[0]}, chunk_bytes=48)
    chunks = [array.reshape(-1)[i : i + 12] for i in (0, 12, 24)]
    assert data == msgpack.packb(
        {
            'a': {
                '__msgpack_chunked_array__': True,
                'shape': {'0': 5, '1': 6},
                'chunks': {str(i): flax_tree(chunk) for i, chunk in enumerate(chunks)},
            },
            'b': flax_tree(array[0]),
        }
    )
    (tmp_path / 'file').write_bytes(data)
    np.testing.assert_array_equal(dict(iterate_arrays(tmp_path / 'file'))['a'], array)


def test_only_one_array_is_read_at_a_time():
    order = []

    def read(name):
        order.append((name, file.tell()))
        return np.zeros(1000, np.float32)

    file = io.BytesIO()
    write_arrays(file, ['b', 'a/y', 'a/x'], read)
    assert [name for name, _ in order] == ['a/x', 'a/y', 'b']
    assert [position > 4000 * i for i, (_, position) in enumerate(order)] == [True] * 3


@pytest.mark.parametrize('names', [['a', 'a/b'], ['a/b', 'a'], ['a/b', 'a/b/c'], ['a', 'a']])
def test_a_name_within_another_is_refused(names):
    with pytest.raises(CheckpointError, match='the name of another array'):
        write_arrays(io.BytesIO(), names, lambda _: np.zeros(1))


def test_other_types_are_refused():
    for array in (np.array(['a']), np.array([None]), np.zeros(2, np.complex64)):
        with pytest.raises(CheckpointError, match='a cannot be written: it is'):
            written({'a': array})
