# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The command line: help, wrong usage, one sentence for a problem, Ctrl-C."""

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from octo_ros.cli.main import COMMANDS, main
from octo_ros.cli.system import private_domain
from octo_ros.errors import RosError

ROOT = Path(__file__).parents[2]


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as end:
        main(['--help'])
    assert end.value.code == 0
    said = capsys.readouterr().out
    assert all(name in said for name in COMMANDS)


@pytest.mark.parametrize('name', COMMANDS)
def test_every_command_has_help(name, capsys):
    with pytest.raises(SystemExit) as end:
        main([name, '--help'])
    assert end.value.code == 0
    assert name in capsys.readouterr().out


def test_unknown_command_is_wrong_usage():
    with pytest.raises(SystemExit) as end:
        main(['dance'])
    assert end.value.code == 2


@pytest.mark.parametrize(
    ('arguments', 'text'),
    [
        (['run', '--robot', 'widow'], "Did you mean 'widowx'"),
        (['run', '--checkpoint', '/none'], '/none'),
        (['run', '--real'], 'A real arm has no default'),
        (['run', '--real', '--robot', 'ur5e'], 'only the simulator'),
        (['evaluate', '--params-file', '/none.yaml'], '/none.yaml'),
    ],
)
def test_a_problem_is_one_sentence_and_status_one(arguments, text, capsys):
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert text in said
    assert 'Traceback' not in said


def test_an_interrupt_while_a_command_is_imported_is_no_traceback(monkeypatch, capsys):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib, 'import_module', interrupt)
    assert main(['inspect_bag', 'x']) == 130
    assert capsys.readouterr().err == 'Interrupted.\n'


def test_domain_is_private_unless_given(monkeypatch):
    monkeypatch.delenv('ROS_DOMAIN_ID')
    assert 60 <= private_domain() < 100
    monkeypatch.setenv('ROS_DOMAIN_ID', '7')
    assert private_domain() == 7
    monkeypatch.setenv('ROS_DOMAIN_ID', 'home')
    with pytest.raises(RosError, match='home'):
        private_domain()


def children_of(pid):
    text = Path(f'/proc/{pid}/task/{pid}/children').read_text()
    return [int(word) for word in text.split()]


def alive(pid):
    try:
        return Path(f'/proc/{pid}/stat').read_text().split()[2] != 'Z'
    except FileNotFoundError:
        return False


@pytest.fixture
def running():
    """The whole system with its four nodes; its output goes through a pipe, as into `tee`."""
    environment = {k: v for k, v in os.environ.items() if k != 'PYTHONUNBUFFERED'}
    process = subprocess.Popen(
        [sys.executable, '-m', 'octo_ros', 'run', '--robot', 'ur5e'],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert 'Running octo_sim' in process.stdout.readline()
        deadline = time.monotonic() + 20.0
        while len(children_of(process.pid)) < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.ros
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_everything_within_three_seconds(number, running):
    children = children_of(running.pid)
    assert len(children) == 5
    started = time.monotonic()
    running.send_signal(number)
    said = running.communicate(timeout=10)[1]
    assert time.monotonic() - started < 3.0
    assert running.returncode == 130
    assert 'Traceback' not in said
    assert not any(alive(pid) for pid in children)


@pytest.mark.ros
def test_children_end_even_when_the_command_is_killed(running):
    children = children_of(running.pid)
    time.sleep(3.0)  # Python must have come far enough to take note of signals.
    running.kill()
    running.wait()
    deadline = time.monotonic() + 5.0
    while any(alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(alive(pid) for pid in children)
