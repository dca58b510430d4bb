# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import os
import signal
import subprocess
import sys
import time

import pytest

from octo_ros.bringup.graph import NodeSpec
from octo_ros.bringup.supervisor import Supervisor, command_line
from octo_ros.errors import RosError

QUICK = 'import time\ntry:\n  time.sleep(60)\nexcept KeyboardInterrupt:\n  pass\n'
STUBBORN = (
    'import signal, time\n'
    'signal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n'
    'print("ready", flush=True)\ntime.sleep(60)\n'
)


def spec(name, code, tmp_path, *, required=True, end_stage=0):
    return NodeSpec(
        'none',
        name,
        tmp_path / 'p.yaml',
        required=required,
        command=(sys.executable, '-c', code),
        end_stage=end_stage,
    )


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(condition, timeout=10.0):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_all_end_within_three_seconds_even_the_stubborn(tmp_path):
    specs = [spec('quick', QUICK, tmp_path), spec('stubborn', STUBBORN, tmp_path)]
    with Supervisor(specs, tmp_path, os.environ) as supervisor:
        wait_for(lambda: 'ready' in (tmp_path / 'stubborn.log').read_text())
        pids = [supervisor.pid(s.name) for s in specs]
        supervisor.check()
        started = time.monotonic()
    assert time.monotonic() - started < 3.0
    assert not any(alive(pid) for pid in pids)


def test_a_later_stage_is_asked_to_end_when_the_former_has_ended(tmp_path):
    code = (
        'import time\nprint("ready", flush=True)\ntry:\n  time.sleep(60)\n'
        'except KeyboardInterrupt:\n  asked = time.time()\n  time.sleep(0.2)\n'
        '  print(asked, time.time(), flush=True)\n'
    )
    # Started last, ended first: the order of the start does not matter.
    specs = [spec(str(stage), code, tmp_path, end_stage=stage) for stage in (2, 1, 0)]
    with Supervisor(specs, tmp_path, os.environ):
        wait_for(lambda: all('ready' in (tmp_path / f'{s}.log').read_text() for s in range(3)))
    times = [(tmp_path / f'{s}.log').read_text().split()[1:] for s in range(3)]
    ended = [float(end) for _, end in times]
    asked = [float(begin) for begin, _ in times]
    assert ended[0] < asked[1]
    assert ended[1] < asked[2]


def test_death_of_a_required_process_is_told_with_its_last_words(tmp_path):
    with Supervisor(
        [spec('bad', 'print("the reason"); raise SystemExit(3)', tmp_path)], tmp_path, os.environ
    ) as s:
        wait_for(s.ended)
        with pytest.raises(RosError, match=r'bad ended with status 3: the reason'):
            s.check()


def test_other_processes_may_end(tmp_path):
    with Supervisor(
        [spec('helper', 'pass', tmp_path, required=False)], tmp_path, os.environ
    ) as supervisor:
        wait_for(supervisor.ended)
        supervisor.check()


def test_an_error_inside_leaves_no_orphans(tmp_path):
    pids = []

    def fail():
        with Supervisor([spec('a', QUICK, tmp_path)], tmp_path, os.environ) as supervisor:
            pids.append(supervisor.pid('a'))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not alive(pids[0])


def test_overrides_go_through_a_file_so_that_words_stay_words(tmp_path):
    line = command_line(
        NodeSpec('sim_node', 'octo_sim', tmp_path / 'p.yaml', {'robot': 'yes'}), tmp_path
    )
    assert (tmp_path / 'octo_sim.yaml').read_text().count("'yes'") == 1
    assert line[1:3] == ['-m', 'octo_ros.nodes.sim_node']


def test_ctrl_c_on_a_command_ends_everything(tmp_path):
    code = (
        'import os, sys, time\nfrom pathlib import Path\n'
        'from octo_ros.bringup.graph import NodeSpec\n'
        'from octo_ros.bringup.supervisor import Supervisor\n'
        f'spec = NodeSpec("none", "child", Path("p"), command=(sys.executable, "-c", {QUICK!r}))\n'
        f'with Supervisor([spec], Path({str(tmp_path)!r}), os.environ) as s:\n'
        '    print(s.pid("child"), flush=True)\n    time.sleep(60)\n'
    )
    process = subprocess.Popen([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True)
    child = int(process.stdout.readline())
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(10)
    assert time.monotonic() - started < 3.0
    assert not alive(child)
