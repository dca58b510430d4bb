# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The same conversion as an Apache Beam pipeline; the tests that need Beam run where it is."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from octo_ros.data.conversion.beam import pipeline_options
from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import Topics
from octo_ros.errors import BagError, ConfigError, DatasetError

ROOT = Path(__file__).resolve().parents[3]
needs_beam = pytest.mark.skipif(
    find_spec('apache_beam') is None,
    reason="Apache Beam is not installed (pip install 'octo_ros[beam]'); make proof-data has it",
)


@pytest.fixture
def request_of(three_episodes, monkeypatch):
    # Workers are processes that import octo_ros themselves.
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([str(ROOT), *sys.path]))
    return three_episodes


def test_without_beam_it_says_how_to_get_it(request_of, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, 'apache_beam', None)
    with pytest.raises(ConfigError, match=r"not installed.*pip install 'octo_ros\[beam\]'"):
        convert(request_of('out', runner='direct'))
    assert not (tmp_path / 'out/robot').exists()


@needs_beam
def test_two_workers_of_the_direct_runner_write_the_same_bytes(request_of, files, tmp_path):
    seen = []
    convert(request_of('plain'))
    convert(request_of('beam', runner='direct', workers=2), seen.append)
    assert files(tmp_path / 'beam/robot/1.0.0') == files(tmp_path / 'plain/robot/1.0.0')
    assert (seen[-1].done, seen[-1].total) == (3, 3)
    assert [p.name for p in (tmp_path / 'beam/robot').iterdir()] == ['1.0.0']


@needs_beam
@pytest.mark.parametrize(
    ('runner', 'word', 'words'),
    [
        ('direct', '--direct_num_workrs=2', r'Did you mean --direct_num_workers\?'),
        ('dataflow', '--zzz', r'option=--zzz: Apache Beam has no option of that name\.$'),
        ('flink', '--regionn=x', r'Did you mean --region\?'),
        ('direct', '--direct_num_workers=many', 'Apache Beam refuses the options'),
    ],
)
def test_a_misspelt_option_is_refused(request_of, tmp_path, runner, word, words):
    with pytest.raises(ConfigError, match=words):
        convert(request_of('out', runner=runner, beam_options=(word,)))
    assert not (tmp_path / 'out/robot').exists()


@needs_beam
def test_a_job_server_may_know_more_options(request_of):
    pipeline_options(request_of('out', runner='flink', beam_options=('--zzz=1',)))


@needs_beam
def test_what_a_bag_lacks_is_told_once(request_of):
    request = request_of('out', runner='direct')
    with pytest.raises(BagError, match="/pose gives poses in frame 'camera'"):
        convert(replace(request, topics=Topics(pose='/pose')))


@needs_beam
def test_an_output_that_only_beam_can_write(request_of, files, tmp_path):
    from .elsewhere import ElsewhereFileSystem

    ElsewhereFileSystem.root = tmp_path / 'elsewhere'
    convert(request_of('plain'))
    request = request_of('staging', runner='direct', remote_output='elsewhere://data')
    stale = tmp_path / 'elsewhere/data/robot/.1.0.0.work/0123456789abcdef'
    (stale / '000000').mkdir(parents=True)
    (stale / '000000/episode.json').write_text('{}')
    said = []
    report = convert(request, say=said.append)
    assert 'elsewhere://data/robot/.1.0.0.work/0123456789abcdef; remove' in said[0]
    shutil.rmtree(stale)
    place = 'elsewhere://data/robot/1.0.0'
    assert report.facts.dataset == place
    target = tmp_path / 'elsewhere/data/robot/1.0.0'
    assert files(target, place) == files(tmp_path / 'plain/robot/1.0.0')
    assert [p.name for p in target.parent.rglob('*.json') if '.work' in str(p)] == []
    assert not (tmp_path / 'staging/robot').exists()
    with pytest.raises(DatasetError, match=f'{place} exists already'):
        convert(request)
