# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from octo_ros.cli.bag_to_rlds import add_arguments, run
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError, ConfigError, DatasetError

BAGS = Path(__file__).resolve().parents[1] / 'data/bags'


def command(*words):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args([str(word) for word in words]))


def test_bridge_bags_with_topics_from_the_command_line(tmp_path, capsys):
    topics = ('--pose-topic', '/arm/ee_pose', '--event-topic', '/episode/event')
    status = command(
        *(BAGS / 'bridge_ep0_mcap', BAGS / 'bridge_ep1_db3'),
        *(
            '--embodiment',
            BAGS / 'bridge_widowx.yaml',
            '--output',
            tmp_path,
            '--name',
            'bridge_demo',
        ),
        *('--hz', '5', *topics, '--instruction-topic', '/task/instruction'),
    )
    assert status == 0
    out = capsys.readouterr().out
    assert '20 steps at 5 Hz' in out
    assert '2 of 2 episodes' in out
    assert '× real time' in out
    for name in ('dataset_info.json', 'report.json', 'report.html'):
        assert (tmp_path / 'bridge_demo/1.0.0' / name).is_file()


BRIDGE = ('--embodiment', BAGS / 'bridge_widowx.yaml', '--hz', '5', '--pose-topic', '/arm/ee_pose')
TOPICS = ('--event-topic', '/episode/event', '--instruction-topic', '/task/instruction')


@pytest.fixture
def words(tmp_path):
    return (*BRIDGE, *TOPICS, '--output', tmp_path, '--name', 'bridge_demo')


def test_errors_of_the_report_make_the_status_unless_they_are_allowed(tmp_path, words, capsys):
    """A camera of 5 Hz cannot give seven steps in a second."""
    call = (BAGS / 'bridge_ep0_mcap', *words, '--hz', '7')
    assert command(*call) == 1
    counts = json.loads((tmp_path / 'bridge_demo/1.0.0/report.json').read_text())['finding_counts']
    out = ' '.join(capsys.readouterr().out.split())
    assert f'The report finds {counts["error"]} error(s)' in out
    assert '--allow-errors accepts them' in out
    shutil.rmtree(tmp_path / 'bridge_demo')
    assert command(*call, '--allow-errors') == 0


def test_a_damaged_bag_is_salvaged_on_request(tmp_path, words):
    bag = tmp_path / 'bag'
    shutil.copytree(BAGS / 'bridge_ep0_mcap', bag)
    (file,) = bag.glob('*.mcap')
    file.write_bytes(file.read_bytes()[:-3000])
    with pytest.raises(BagError, match='--salvage keeps them'):
        command(bag, *words)
    assert command(bag, *words, '--salvage', '--allow-errors') == 0
    report = json.loads((tmp_path / 'bridge_demo/1.0.0/report.json').read_text())
    assert report['bags'][0]['losses']['sentences']


def test_a_second_bag_is_added_and_a_name_is_used_once(tmp_path, words, capsys):
    assert command(BAGS / 'bridge_ep0_mcap', *words) == 0
    with pytest.raises(DatasetError, match='exists already'):
        command(BAGS / 'bridge_ep1_db3', *words)
    assert command(BAGS / 'bridge_ep1_db3', *words, '--append', '--val', '0.5') == 0
    capsys.readouterr()
    assert command(BAGS / 'bridge_ep1_db3', *words, '--append', '--val', '0.5') == 0
    assert 'holds all of this already' in capsys.readouterr().out
    info = json.loads((tmp_path / 'bridge_demo/1.0.0/dataset_info.json').read_text())
    assert {s['name']: s['shardLengths'] for s in info['splits']} == {
        'train': ['1'],
        'val': ['1'],
    }


@pytest.mark.parametrize(
    ('options', 'kind', 'words_of_it'),
    [
        (
            ('--action', 'command_delta', '--command-topic', '/go'),
            BagError,
            '/go, which is needed',
        ),
        (('--command-topic', '/go'), BagError, '/go, which is needed as gripper commands'),
        (('--event-topic', '/ep'), BagError, '/ep, which is needed as episode marks'),
        (('--instruction-topic', '/task'), BagError, '/task, which is needed as instruction'),
        (('--pose-topic', '/pose'), BagError, '/pose, which is needed as TCP pose'),
        (('--gripper-topic', '/grip'), BagError, '/grip, which is needed as gripper commands'),
        (('--workers', '0'), ConfigError, '--workers is 0'),
        (('--beam-option=--region=x',), ConfigError, '--region=x: options of Apache Beam need'),
        (
            ('--output', 'gs://bucket/data', '--append'),
            ConfigError,
            'not to one in gs://bucket/data',
        ),
    ],
)
def test_every_option_reaches_the_conversion(words, options, kind, words_of_it):
    with pytest.raises(kind, match=words_of_it):
        command(BAGS / 'bridge_ep0_mcap', *words, *options)


def test_tensorflow_datasets_is_imported_before_the_bar_has_a_thread():
    """It replaces `__import__` meanwhile, so that imports of the bar's thread would go wrong."""
    code = (
        'import sys, octo_ros.cli.bag_to_rlds\n'
        'sys.exit("tensorflow_datasets.core.dataset_info" not in sys.modules)'
    )
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0


@pytest.mark.parametrize(
    ('options', 'words_of_it'),
    [
        (('--output', '/dev/null'), 'Not a directory'),
        (('--output', '/proc/nothing'), '/proc/nothing/bridge_demo cannot be made'),
        (('--output', 'x' * 300), 'File name too long'),
        (('--name', 'a' * 250), 'has 250 characters; .* at most 200'),
    ],
)
def test_places_that_cannot_be_written_are_named_before_the_work(words, options, words_of_it):
    with pytest.raises(DatasetError, match=words_of_it):
        command('no such bag', *words, *options)


def test_paths_that_are_no_text_are_refused(words, tmp_path):
    bag = tmp_path / os.fsdecode(b'b\xff')
    shutil.copytree(BAGS / 'bridge_ep0_mcap', bag)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(BagError, match=r"b\\udcff' is not UTF-8"):
        run(parser.parse_args([str(bag), *map(str, words)]))


def test_beam_is_asked_for_before_the_work(words, monkeypatch):
    monkeypatch.setitem(sys.modules, 'apache_beam', None)
    for options in (('--runner', 'flink'), ('--output', 'gs://bucket/data')):
        with pytest.raises(ConfigError, match='Apache Beam is not installed'):
            command('no such bag', *words, *options)


def test_overridden_topics_reach_the_bag(tmp_path):
    words = [
        *(BAGS / 'bridge_ep0_mcap', '--embodiment', 'widowx', '--output', tmp_path),
        *('--name', 'x', '--primary-topic', '/cam_primary/image_raw/compressed'),
    ]
    with pytest.raises(BagError, match='/hand, which is needed as image_wrist'):
        command(*words, '--wrist-topic', '/hand')
    wrist = ('--wrist-topic', '/cam_wrist/image_raw/compressed')
    with pytest.raises(BagError, match='/states, which is needed as joint states'):
        command(*words, *wrist, '--joint-states-topic', '/states')


def test_a_namespace_and_a_relay_move_the_topics(tmp_path):
    words = [BAGS / 'bridge_ep0_mcap', '--output', tmp_path, '--name', 'x']
    with pytest.raises(BagError, match='/left/camera_primary/image_raw, which is needed'):
        command(*words, '--embodiment', 'left=widowx')
    relayed = load_embodiment('widowx').relayed().cameras['image_primary'].topic
    with pytest.raises(BagError, match=f'{relayed}, which is needed as image_primary'):
        command(*words, '--embodiment', 'widowx', '--relayed')
    cameras = ('--primary-topic', '/cam_primary/image_raw/compressed')
    wrist = ('--wrist-topic', '/cam_wrist/image_raw/compressed')
    with pytest.raises(BagError, match='/left/joint_states, which is needed as joint states'):
        command(*words, '--embodiment', 'left=widowx', *cameras, *wrist)
