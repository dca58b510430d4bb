# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A signal ends a node's process with status 0, wherever it strikes; a bug does not."""

import subprocess
import sys

import pytest

from octo_ros.bringup.supervisor import local_environment

pytestmark = pytest.mark.ros

NODE = """
import contextlib, os, signal, sys
from rclpy.node import Node
from octo_ros.nodes.process import run

class Struck(Node):
    def __init__(self):
        super().__init__('octo_test')
        self.create_timer(0.05, self.strike)

    def strike(self):
        {body}

    def destroy_node(self):
        print('left the graph')
        super().destroy_node()

sys.exit(run(Struck))
"""
SIGNAL = 'os.kill(os.getpid(), signal.SIG{name})'
# What rclpy makes of it while it converts a message: the interrupt is lost.
LOST = 'with contextlib.suppress(KeyboardInterrupt): os.kill(os.getpid(), signal.SIGINT)'


def outcome(domain_id, body):
    done = subprocess.run(
        [sys.executable, '-c', NODE.format(body=body)],
        env=local_environment(domain_id),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    'body',
    [
        SIGNAL.format(name='INT'),
        SIGNAL.format(name='TERM'),
        LOST,
        f"{LOST}\n        raise RuntimeError('Unable to convert call argument')",
    ],
    ids=['interrupt', 'terminate', 'lost', 'replaced'],
)
def test_a_signal_ends_the_process_well(domain_id, body):
    assert outcome(domain_id, body) == (0, 'left the graph\n', '')


def test_a_bug_is_shown(domain_id):
    code, said, complained = outcome(domain_id, "raise RuntimeError('a bug')")
    assert code == 1
    assert said == 'left the graph\n'
    assert complained.rstrip().endswith('RuntimeError: a bug')
