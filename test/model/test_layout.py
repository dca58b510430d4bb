# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.errors import CheckpointError
from octo_ros.model.layout import latest_step, step_folder, step_of, stored_steps


@pytest.mark.parametrize(
    ('name', 'step'),
    [
        ('0', 0),
        ('300000', 300_000),
        ('007', None),
        ('-1', None),
        ('+1', None),
        ('1.0', None),
        ('1e3', None),
        ('٣', None),
        ('²', None),
        ('1_000', None),
        (' 1', None),
        ('', None),
        ('best', None),
        ('100.orbax-checkpoint-tmp-1', None),
        ('9' * 30, None),
    ],
)
def test_names_of_steps(name, step):
    assert step_of(name) == step


def make(directory, *files):
    for file in files:
        path = directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def test_steps_without_weights_do_not_count(tmp_path):
    make(
        tmp_path,
        '5/default/checkpoint',
        '40/default/manifest.ocdbt',
        '100/default/_METADATA',
        '200/checkpoint',
        '7.orbax-checkpoint-tmp-1/default/checkpoint',
        '12',
    )
    (tmp_path / '300').mkdir()
    (tmp_path / '400').symlink_to(tmp_path / 'nowhere')
    (tmp_path / '500').symlink_to('500')
    (tmp_path / '30').symlink_to(tmp_path / '5')
    assert stored_steps(tmp_path) == (5, 30, 40)
    assert step_folder(tmp_path, None) == tmp_path / '40/default'
    assert step_folder(tmp_path, 5) == tmp_path / '5/default'
    for step in (100, -1, 12):
        with pytest.raises(CheckpointError, match=rf'no step {step}; .*steps there: 5, 30, 40'):
            step_folder(tmp_path, step)


def test_a_directory_without_weights(tmp_path):
    make(tmp_path, '100/default/_METADATA')
    with pytest.raises(CheckpointError, match=r'has no weights; .*\(steps there: none\)'):
        step_folder(tmp_path, None)


def test_the_latest_step_among_a_repository_s_files():
    files = [
        'config.json',
        '9/default/checkpoint',
        '10/default/checkpoint',
        '11/default/_METADATA',
    ]
    assert latest_step(files) == 10
    assert latest_step([*files, '30/default/manifest.ocdbt', 'x/default/checkpoint']) == 30
    assert latest_step(['config.json', 'a/b/checkpoint']) is None
