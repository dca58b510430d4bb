# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import shutil
import sys

import numpy as np
import pytest
import torch

from octo_ros.errors import CheckpointError
from octo_ros.model import load_octo, resave_octo
from octo_ros.model.flax_msgpack import iterate_arrays
from octo_ros.model.ocdbt import iterate_ocdbt


@pytest.fixture
def without_orbax(monkeypatch):
    for name in ('orbax', 'orbax.checkpoint'):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def database(damaged):
    """The tiny checkpoint as a newer orbax saves it, step 7."""
    orbax = pytest.importorskip('orbax.checkpoint', reason='needs orbax-checkpoint')
    tree: dict = {}
    for name, array in iterate_arrays(damaged / '0/default/checkpoint'):
        *parents, key = name.split('/')
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[key] = np.array(array)
    orbax.PyTreeCheckpointer().save(damaged / '7/default', tree)
    shutil.rmtree(damaged / '0')
    assert (damaged / '7/default/manifest.ocdbt').exists()
    return damaged


@pytest.mark.usefixtures('without_orbax')
def test_without_orbax_the_message_says_how_to_convert(damaged):
    (damaged / '0/default/checkpoint').unlink()
    (damaged / '0/default/manifest.ocdbt').touch()
    with pytest.raises(CheckpointError) as error:
        load_octo(damaged)
    text = str(error.value)
    assert 'OCDBT layout, which only orbax can read' in text
    assert '"pip install orbax-checkpoint"' in text
    assert f'resave_octo("{damaged}", "NEW_DIRECTORY", step=0)' in text
    assert '\n' not in text


@pytest.mark.usefixtures('without_orbax')
def test_the_single_file_wins(damaged):
    (damaged / '0/default/manifest.ocdbt').touch()
    load_octo(damaged)


def test_the_database_gives_the_same_network(lang, database):
    loaded = load_octo(database)
    for (name, ours), theirs in zip(
        loaded.named_parameters(), lang.model.parameters(), strict=True
    ):
        assert torch.equal(ours, theirs), name


def test_it_becomes_the_single_file(lang, database, tmp_path):
    file = resave_octo(database, tmp_path / 'new')
    assert file == tmp_path / 'new/7/default/checkpoint'
    assert file.read_bytes() == (lang.checkpoint / '0/default/checkpoint').read_bytes()


def test_a_damaged_database_is_refused(database):
    (database / '7/default/manifest.ocdbt').write_bytes(b'')
    with pytest.raises(CheckpointError, match='7/default is damaged: orbax cannot read it'):
        load_octo(database)


def test_only_arrays_are_taken(tmp_path):
    orbax = pytest.importorskip('orbax.checkpoint', reason='needs orbax-checkpoint')
    orbax.PyTreeCheckpointer().save(tmp_path / 'default', {'a': {'b': 'text'}})
    with pytest.raises(CheckpointError, match=r'orbax cannot read it|holds no array at a/b'):
        list(iterate_ocdbt(tmp_path / 'default'))
