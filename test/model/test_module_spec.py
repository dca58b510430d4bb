# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.errors import ConfigError
from octo_ros.model.module_spec import ModuleSpec, keys_of, matching, shape_of

EXAMPLE = {'observation/b': (1, 2, 3), 'observation/a': (1, 2), 'observation/c/d': (1,)}


def test_keys_are_those_directly_inside():
    assert keys_of(EXAMPLE, 'observation') == ('b', 'a')
    assert keys_of(EXAMPLE, 'task') == ()


def test_patterns_match_at_the_start():
    assert matching(['a', 'x'], ['xa', 'ba', 'ab']) == ('ab', 'xa')


def test_shapes_are_checked():
    assert shape_of(EXAMPLE, 'observation/b', 3) == (1, 2, 3)
    with pytest.raises(ConfigError, match=r'observation/a .* is \(1, 2\); it must have 3 axes'):
        shape_of(EXAMPLE, 'observation/a', 3)
    with pytest.raises(ConfigError, match='task/x of the example batch is missing'):
        shape_of(EXAMPLE, 'task/x', 2)


def test_other_classes_are_refused():
    spec = ModuleSpec(module='m', name='Other', kwargs={})
    with pytest.raises(ConfigError, match='here is a m:Other; supported: This, That'):
        spec.check_name('here', ['This', 'That'])
