# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import zipfile

import numpy as np
import pytest

from octo_ros.errors import VerificationError
from octo_ros.verification.reference import Reference, read_npz


class Loaded:
    """Says so when somebody unpickles it."""

    def __reduce__(self):
        return (pytest.fail, ('unpickled',))


def test_all_arrays_are_read(lang):
    assert lang.inputs['observation/image_primary'].shape == (2, 2, 64, 64, 3)
    assert lang.outputs['attention_mask'].dtype == np.bool_
    assert lang.train['out/loss'].shape == ()


def test_train_is_taken_from_beside_the_outputs_or_from_where_it_is_said(tmp_path):
    np.savez(tmp_path / 'a.npz', x=np.zeros(1))
    np.savez(tmp_path / 'other.npz', y=np.ones(1))
    file = tmp_path / 'a.npz'
    assert not Reference.read(file, file).train
    assert set(Reference.read(file, file, tmp_path / 'other.npz').train) == {'y'}
    np.savez(tmp_path / 'train.npz', z=np.zeros(1))
    assert set(Reference.read(file, file).train) == {'z'}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(VerificationError, match=r'Cannot read .*none\.npz: No such file'):
        read_npz(tmp_path / 'none.npz')
    with pytest.raises(VerificationError, match='Is a directory'):
        read_npz(tmp_path)


@pytest.mark.parametrize('content', [b'', b'hello', b'\x80\x04N.', b'PK\x03\x04'])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / 'x.npz').write_bytes(content)
    with pytest.raises(VerificationError, match=r'x\.npz is not an \.npz file'):
        read_npz(tmp_path / 'x.npz')


def test_python_objects_are_never_unpickled(tmp_path):
    objects = np.empty(1, object)
    objects[0] = Loaded()
    np.savez(tmp_path / 'x.npz', bad=objects)
    with pytest.raises(VerificationError, match=r'bad in .* is not a plain array'):
        read_npz(tmp_path / 'x.npz')


def test_a_zip_of_other_things_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / 'x.npz', 'w') as file:
        file.writestr('note.txt', 'hello')
    with pytest.raises(VerificationError, match=r'note\.txt in .* is not an array'):
        read_npz(tmp_path / 'x.npz')


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / 'x.npz'
    np.savez_compressed(path, a=np.arange(1000))
    raw = bytearray(path.read_bytes())
    raw[200:300] = bytes(100)
    path.write_bytes(raw)
    with pytest.raises(VerificationError, match=r'x\.npz'):
        read_npz(path)
