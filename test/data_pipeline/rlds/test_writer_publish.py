# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A directory takes another's place; a crash at any step leaves one of them, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from octo_ros.data.rlds import publish as module
from octo_ros.data.rlds.publish import publish, recover


@pytest.fixture
def pair(tmp_path):
    new, target = tmp_path / '.new', tmp_path / '1.0.0'
    for path, text in ((new, 'new'), (target, 'old')):
        path.mkdir()
        (path / 'file').write_text(text)
    return new, target


def content(path):
    return (path / 'file').read_text()


@pytest.mark.parametrize('can_exchange', [True, False])
def test_the_two_change_places(pair, monkeypatch, can_exchange):
    new, target = pair
    if not can_exchange:
        monkeypatch.setattr(module, '_exchanged', lambda *_: False)
    publish(new, target)
    assert (content(target), content(new)) == ('new', 'old')
    assert sorted(p.name for p in target.parent.iterdir()) == ['.new', '1.0.0']


def test_the_first_one_just_appears(tmp_path):
    new, target = tmp_path / '.new', tmp_path / '1.0.0'
    new.mkdir()
    publish(new, target)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(('crash_at', 'left'), [(1, 'old'), (2, 'old'), (3, 'new')])
def test_without_exchange_a_crash_at_any_rename_leaves_a_whole_one(
    pair, monkeypatch, crash_at, left
):
    new, target = pair
    monkeypatch.setattr(module, '_exchanged', lambda *_: False)
    rename, done = Path.rename, []

    def crashing(path, to):
        done.append(path)
        if len(done) == crash_at:
            raise KeyboardInterrupt
        return rename(path, to)

    monkeypatch.setattr(Path, 'rename', crashing)
    with pytest.raises(KeyboardInterrupt):
        publish(new, target)
    monkeypatch.undo()
    recover(target)
    assert content(target) == left
    assert not (target.parent / '.1.0.0.old').exists()


def test_nothing_to_recover_is_left_alone(pair):
    _, target = pair
    recover(target)
    assert content(target) == 'old'
