# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from huggingface_hub import constants

from octo_ros.errors import CheckpointError
from octo_ros.model import load_octo
from octo_ros.model.hub import find_checkpoint

REPO = 'rail-berkeley/octo-tiny'
COMMIT, OLDER = 'a' * 40, 'b' * 40


@pytest.fixture(autouse=True)
def offline(tmp_path, monkeypatch):
    """An empty cache and no network."""
    monkeypatch.setattr(constants, 'HF_HUB_CACHE', str(tmp_path / 'hub'))
    monkeypatch.setattr(constants, 'HF_HUB_OFFLINE', True)
    monkeypatch.chdir(tmp_path)


def fill_cache(cache: Path, checkpoint: Path, commit=COMMIT, ref='main', steps=('0',)) -> Path:
    """Lay files out as the hub's client does: blobs, and links to them."""
    repo = cache / f'models--{REPO.replace("/", "--")}'
    snapshot = repo / 'snapshots' / commit
    for number, file in enumerate(sorted(checkpoint.rglob('*'))):
        relative = file.relative_to(checkpoint)
        places = [relative]
        if relative.parts[0] == '0':
            places = [Path(step, *relative.parts[1:]) for step in steps]
        if file.is_dir():
            continue
        blob = repo / 'blobs' / f'{commit[0]}{number:039x}'
        blob.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, blob)
        for place in places:
            link = snapshot / place
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(os.path.relpath(blob, link.parent))
    (repo / 'refs').mkdir(exist_ok=True)
    (repo / 'refs' / ref).write_text(commit)
    return snapshot


@pytest.mark.parametrize('name', [REPO, f'hf://{REPO}', Path(f'hf://{REPO}')])
def test_a_name_is_found_in_the_cache(lang, tmp_path, name):
    snapshot = fill_cache(tmp_path / 'hub', lang.checkpoint)
    assert find_checkpoint(name) == snapshot
    assert load_octo(name).config == lang.model.config


def test_the_step_and_the_revision_are_those_asked_for(lang, goal, tmp_path):
    newer = fill_cache(tmp_path / 'hub', lang.checkpoint, steps=('5', '10'))
    older = fill_cache(tmp_path / 'hub', goal.checkpoint, OLDER, 'v1.0', steps=('3',))
    assert find_checkpoint(REPO, step=5) == newer
    assert find_checkpoint(REPO, revision='v1.0') == older
    assert find_checkpoint(REPO, step=3, revision=OLDER) == older
    assert load_octo(REPO, revision='v1.0').config == goal.model.config
    with pytest.raises(CheckpointError, match=r'octo-tiny \(step 7\) is neither'):
        find_checkpoint(REPO, step=7)


def test_a_directory_wins_over_a_name(lang, tmp_path):
    fill_cache(tmp_path / 'hub', lang.checkpoint)
    local = tmp_path / REPO
    local.mkdir(parents=True)
    assert find_checkpoint(REPO).resolve() == local
    assert find_checkpoint(f'hf://{REPO}') != local


def test_the_home_directory_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / 'octo').mkdir()
    assert find_checkpoint('~/octo') == tmp_path / 'octo'


def test_without_network_the_message_says_what_to_do(tmp_path):
    with pytest.raises(CheckpointError) as error:
        find_checkpoint(REPO)
    text = str(error.value)
    assert f'checkpoint {REPO} is neither a directory here nor in the cache' in text
    assert str(tmp_path / 'hub') in text
    assert f'"hf download {REPO}"' in text
    assert '\n' not in text
    with pytest.raises(CheckpointError, match=f'hf download {REPO} --revision v2'):
        find_checkpoint(REPO, revision='v2')


@pytest.mark.parametrize('missing', ['config.json', 'example_batch.msgpack', '0'])
def test_half_a_snapshot_is_not_taken(lang, tmp_path, missing):
    snapshot = fill_cache(tmp_path / 'hub', lang.checkpoint)
    if missing == '0':
        shutil.rmtree(snapshot / missing)
    else:
        (snapshot / missing).unlink()
    with pytest.raises(CheckpointError, match='could not be fetched'):
        find_checkpoint(REPO)


@pytest.mark.parametrize(
    'name', ['./octo', '../octo', '/nowhere/octo', '~/octo', 'a/b/c', 'here/octo', '.', '/']
)
def test_what_looks_like_a_path_is_never_asked_of_the_hub(tmp_path, name, monkeypatch):
    monkeypatch.setattr('huggingface_hub.snapshot_download', pytest.fail)
    (tmp_path / 'here').mkdir()
    if Path(name).is_dir():
        assert find_checkpoint(name) == Path(name)
        return
    with pytest.raises(CheckpointError, match=r'There is no checkpoint directory .* not there'):
        find_checkpoint(name)


def test_a_file_is_no_checkpoint(tmp_path):
    (tmp_path / 'octo.pt').touch()
    for name in ('octo.pt', tmp_path / 'octo.pt'):
        with pytest.raises(CheckpointError, match=r'octo\.pt: it is a file'):
            find_checkpoint(name)


@pytest.mark.parametrize(
    'name',
    ['octo-small', '', 'a b/c', 'a/b?', 'hf://octo-small', 'a--b/c', 'x\0/y', 'hf:///', 'a/'],
)
def test_what_is_neither_is_refused(name):
    with pytest.raises(CheckpointError, match='neither a directory here nor a name on the'):
        find_checkpoint(name)


def test_a_name_that_is_too_long_is_refused():
    for name in ('x' * 5000, '/' + 'x' * 5000, 'a/' + 'x' * 5000):
        with pytest.raises(CheckpointError):
            find_checkpoint(name)


class _Hub(BaseHTTPRequestHandler):
    """As much of the hub's interface as its client needs to fetch files."""

    root: Path
    asked: list[str]

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def _answer(self, *, body):
        path = self.path.partition('?')[0]
        self.asked.append(path)
        files = {str(p.relative_to(self.root)): p for p in self.root.rglob('*') if p.is_file()}
        resolve = f'/{REPO}/resolve/'
        headers = {'X-Repo-Commit': COMMIT}
        if path.startswith(resolve):
            file = files[path[len(resolve) :].partition('/')[2]]
            content = file.read_bytes()
            headers['ETag'] = f'"{abs(hash(file)):040x}"'
        elif '/tree/' in path:
            content = json.dumps(
                [
                    {'type': 'file', 'path': name, 'size': p.stat().st_size, 'oid': 'c' * 40}
                    for name, p in files.items()
                ]
            ).encode()
        elif path.startswith(f'/api/models/{REPO}'):
            siblings = [{'rfilename': name} for name in files]
            content = json.dumps({'id': REPO, 'sha': COMMIT, 'siblings': siblings}).encode()
        else:
            self.send_error(404)
            return
        self.send_response(200)
        for key, value in {**headers, 'Content-Length': str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(lang, tmp_path):
    """A hub on this machine with steps 5 and 10; gives its address and what it was asked for."""
    root = tmp_path / 'published'
    shutil.copytree(lang.checkpoint, root)
    (root / '0').rename(root / '5')
    shutil.copytree(root / '5', root / '10')
    handler = type('Hub', (_Hub,), {'root': root, 'asked': []})
    server = ThreadingHTTPServer(('127.0.0.1', 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f'http://127.0.0.1:{server.server_port}', handler.asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def online(hub, monkeypatch):
    """Use that hub; gives what it was asked for."""
    address, asked = hub
    monkeypatch.setattr(constants, 'ENDPOINT', address)
    monkeypatch.setattr(constants, 'HF_HUB_OFFLINE', False)
    monkeypatch.setattr(constants, 'HF_HUB_DISABLE_XET', True)
    template = constants.HUGGINGFACE_CO_URL_TEMPLATE
    path = template[template.index('/{repo_id}') :]
    monkeypatch.setattr(constants, 'HUGGINGFACE_CO_URL_TEMPLATE', address + path)
    return asked


def test_what_is_missing_is_fetched_once_and_only_the_wanted_step(online, lang):
    snapshot = find_checkpoint(REPO)
    assert snapshot.name == COMMIT
    assert (snapshot / '10/default/checkpoint').exists()
    assert (snapshot / 'tokenizer/tokenizer.json').exists()
    assert not (snapshot / '5').exists()
    assert load_octo(snapshot).config == lang.model.config
    online.clear()
    assert find_checkpoint(REPO) == snapshot
    assert not online
    assert find_checkpoint(REPO, step=5) == snapshot
    assert (snapshot / '5/default/checkpoint').exists()
    assert online
    with pytest.raises(CheckpointError, match='step 6 is not there'):
        find_checkpoint(REPO, step=6)


@pytest.mark.usefixtures('online')
def test_what_the_hub_does_not_have_is_reported():
    with pytest.raises(CheckpointError, match='rail-berkeley/none is neither a directory'):
        find_checkpoint('rail-berkeley/none')


@pytest.mark.usefixtures('online')
def test_a_repository_of_something_else_is_reported(tmp_path):
    for step in ('5', '10'):
        (tmp_path / 'published' / step / 'default/checkpoint').unlink()
    with pytest.raises(CheckpointError, match='holds no <step>/default/checkpoint'):
        find_checkpoint(REPO)


CODE = """
import sys
from octo_ros.errors import CheckpointError
from octo_ros.model.hub import find_checkpoint
for name in sys.argv[1:]:
    try:
        print(find_checkpoint(name))
    except CheckpointError as error:
        print(error)
"""


def test_offline_by_the_environment(lang, tmp_path):
    """In a process of its own, because the hub's client reads its settings when imported."""
    snapshot = fill_cache(tmp_path / 'home/hub', lang.checkpoint)
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', CODE, REPO, 'rail-berkeley/other'],
        cwd=Path(__file__).parents[2],
        env={**os.environ, 'HF_HOME': str(tmp_path / 'home'), 'HF_HUB_OFFLINE': '1'},
        capture_output=True,
        text=True,
        check=True,
    )
    found, refused = done.stdout.splitlines()
    assert found == str(snapshot)
    assert 'hf download rail-berkeley/other' in refused
