# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Start the whole system and keep it running."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from octo_ros.bringup.graph import system
from octo_ros.bringup.supervisor import Supervisor, local_environment
from octo_ros.cli.system import (
    add_system_arguments,
    options_from,
    private_domain,
    require_ros,
)

POLL = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    add_system_arguments(parser)
    parser.add_argument(
        '--real',
        dest='sim',
        action='store_false',
        help='drive the real arm instead of the simulator',
    )
    parser.add_argument('--record', default='', help='directory of a bag to record')


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C or until a process ends."""
    options = options_from(arguments, arguments.record)
    specs = system(options)
    require_ros()
    logs = Path(tempfile.mkdtemp(prefix='octo_ros_'))
    # A real arm's driver may run on another machine, in the domain that the user has set.
    environment = local_environment(private_domain()) if options.sim else dict(os.environ)
    with Supervisor(specs, logs, environment) as supervisor:
        names = ', '.join(spec.path for spec in specs)
        domain = environment.get('ROS_DOMAIN_ID', '0')
        print(
            f'Running {names} in ROS_DOMAIN_ID={domain}; logs in {logs}. Ctrl-C ends everything.'
        )
        while True:
            supervisor.check()
            time.sleep(POLL)
