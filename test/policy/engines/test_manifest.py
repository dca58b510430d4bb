# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import json

import pytest

from octo_ros.errors import CheckpointError
from octo_ros.policy.engines.manifest import FileRecord, Manifest, relative_files


@pytest.fixture
def exported(tmp_path):
    (tmp_path / 'checkpoint').mkdir()
    (tmp_path / 'layer_00.onnx').write_bytes(b'graph')
    (tmp_path / 'checkpoint/config.json').write_text('{}')
    files = {name: FileRecord.of(tmp_path / name) for name in relative_files(tmp_path)}
    Manifest('fp32', {'name': 'tiny'}, {'onnx': '1'}, None, files).write(tmp_path)
    return tmp_path


def test_what_was_written_is_read(exported):
    manifest = Manifest.read(exported)
    assert manifest.source == {'name': 'tiny'}
    assert set(manifest.files) == {'layer_00.onnx', 'checkpoint/config.json'}
    assert manifest.files['layer_00.onnx'].size == 5


def test_a_digest_stands_for_all_files(exported):
    digest = Manifest.read(exported).digest
    assert digest == FileRecord.of(exported / 'manifest.json').sha256


def edit(path, **changes):
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, **changes}))


DAMAGE = {
    'changed': (lambda d: (d / 'layer_00.onnx').write_bytes(b'Graph'), 'is not the file'),
    'shorter': (lambda d: (d / 'layer_00.onnx').write_bytes(b'grap'), 'is not the file'),
    'missing': (lambda d: (d / 'layer_00.onnx').unlink(), 'lacks layer_00.onnx'),
    'deep': (lambda d: (d / 'checkpoint/config.json').unlink(), 'lacks checkpoint/config.json'),
    'left over': (lambda d: (d / 'layer_01.onnx').touch(), 'being told of, layer_01.onnx'),
    'no manifest': (lambda d: (d / 'manifest.json').unlink(), 'has no manifest.json'),
    'not JSON': (lambda d: (d / 'manifest.json').write_text('{'), 'is damaged'),
    'a list': (lambda d: (d / 'manifest.json').write_text('[]'), 'is damaged'),
    'a key more': (lambda d: edit(d / 'manifest.json', more=1), 'is damaged'),
    'files': (lambda d: edit(d / 'manifest.json', files=['a']), 'is damaged'),
    'format': (lambda d: edit(d / 'manifest.json', format=1), 'has format 1'),
}


@pytest.mark.parametrize(('damage', 'message'), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_refused_in_one_sentence(exported, damage, message):
    damage(exported)
    with pytest.raises(CheckpointError, match=message) as refused:
        Manifest.read(exported)
    assert '\n' not in str(refused.value)
