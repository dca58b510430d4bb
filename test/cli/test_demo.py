# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import argparse
import contextlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from octo_ros.cli import demo
from octo_ros.errors import ConfigError, OctoRosError

ROOT = Path(__file__).resolve().parents[2]


def arguments(*words):
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ('words', 'text'),
    [
        (('--robot', 'widow'), "Did you mean 'widowx'"),
        (('--instruction', 'make coffee'), 'does not understand'),
        (('--checkpoint', '/nowhere'), '/nowhere'),
        (('--timeout', '0'), 'above 0'),
        (('--instruction', ' '), 'empty'),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_touched(tmp_path, words, text):
    with pytest.raises(OctoRosError, match=text):
        demo.run(arguments('--output', str(tmp_path / 'demo'), *words))
    assert list(tmp_path.iterdir()) == []


def test_foreign_files_are_never_deleted(tmp_path):
    (tmp_path / 'mine').touch()
    with pytest.raises(ConfigError, match='mine'):
        demo.run(arguments('--output', str(tmp_path)))


@contextlib.contextmanager
def started(*words):
    command = [sys.executable, '-m', 'octo_ros', 'demo', *words]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)


def children(process):
    text = Path(f'/proc/{process.pid}/task/{process.pid}/children').read_text()
    return [Path(f'/proc/{number}') for number in text.split()]


@pytest.mark.ros
@pytest.mark.slow
def test_demo_from_start_to_end(tmp_path):
    output = tmp_path / 'demo'
    with started('--output', str(output), '--instruction', 'reach the red block') as process:
        text, _ = process.communicate(timeout=200)
    assert process.returncode == 0, text
    assert 'scripted expert' in text
    assert 'reach the red block: done' in text
    summary = json.loads((output / 'summary.json').read_text())
    assert summary['instructions'][0]['verdict'] == 'done'
    assert summary['dataset']['path_error_mm'] < 0.1
    assert (output / 'demo.mp4').stat().st_size > 10_000
    assert 'reach the red block' in (output / 'report.html').read_text()


@pytest.mark.ros
@pytest.mark.slow
def test_ctrl_c_ends_everything_within_three_seconds(tmp_path):
    output = tmp_path / 'demo'
    with started('--output', str(output)) as process:
        for line in process.stdout:
            if 'nodes are ready' in line:
                break
        nodes = children(process)
        assert len(nodes) == 6
        time.sleep(1.0)  # in the middle of the first instruction
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=20)
    assert time.monotonic() - begun < 3.0
    assert process.returncode == 130
    assert 'Traceback' not in text
    assert not any(node.exists() for node in nodes)
    assert not (output / 'report.html').exists()
