# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from octo_ros.errors import PolicyError
from octo_ros.policy.engines.compile_cache import cache_folder, user_cache
from octo_ros.policy.engines.manifest import FileRecord, Manifest

MANIFEST = Manifest('fp32', {}, {}, None, {'head.onnx': FileRecord(1, 'a' * 64)})


def folder(manifest, directory):
    return cache_folder(SimpleNamespace(manifest=manifest), directory)


def test_every_export_has_a_folder_of_its_own(tmp_path):
    first = folder(MANIFEST, tmp_path / 'a')
    assert first.is_dir()
    assert folder(MANIFEST, tmp_path / 'a') == first
    other = replace(MANIFEST, files={'head.onnx': FileRecord(1, 'b' * 64)})
    assert folder(other, tmp_path / 'a') != first


def test_the_users_cache_directory(monkeypatch, tmp_path):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    assert user_cache() == tmp_path / 'octo_ros'
    monkeypatch.setenv('XDG_CACHE_HOME', '')
    assert user_cache() == Path.home() / '.cache/octo_ros'


def test_a_place_where_nothing_can_be_written_is_refused(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(PolicyError, match=r'Not a directory.*give another cache_dir'):
        folder(MANIFEST, tmp_path / 'file')
