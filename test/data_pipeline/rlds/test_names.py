# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import tensorflow_datasets as tfds

from octo_ros.data.rlds.names import catalogue, check_name
from octo_ros.errors import DatasetError


@pytest.mark.parametrize('name', ['bridge', 'fractal20220817_data', 'mnist', 'c4', 'imagenet2012'])
def test_names_that_tensorflow_datasets_takes_for_its_own_are_refused(name):
    """A class of its own, one of its own folders, and some between."""
    with pytest.raises(DatasetError, match=f"'{name}' is the name of .* Choose another --name"):
        check_name(name)


@pytest.mark.parametrize('name', ['bridge_demo', 'robot', 'task', 'mine', 'x'])
def test_other_names_are_taken(name):
    check_name(name)


@pytest.mark.parametrize('name', ['', 'Bridge', '1st', 'a-b', 'a/b', 'a.b', '../a'])
def test_names_that_are_none_are_refused(name):
    with pytest.raises(DatasetError, match='use lower-case letters'):
        check_name(name)


def test_all_datasets_that_can_be_imported_are_known():
    """Without TensorFlow these are only about half of them."""
    known = set(tfds.list_builders(with_community_datasets=False))
    assert len(known) > 100
    assert known <= catalogue()
