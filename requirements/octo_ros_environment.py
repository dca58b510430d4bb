# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Let `.venv/bin/python` find the built messages with no further sourcing.

`make env` puts this file into the virtual environment, where a `.pth` line imports it at every start.
The dynamic loader reads LD_LIBRARY_PATH only when a process starts, hence the one re-exec.
"""

import os
import sys
from pathlib import Path

GUARD = 'OCTO_ROS_ENVIRONMENT'
root = Path(sys.prefix).parent
prefixes = [p for p in sorted((root / 'install').glob('*')) if (p / 'lib').is_dir()]
python = f'python{sys.version_info.major}.{sys.version_info.minor}'


def _prepend(name: str, entries: list[str]) -> None:
    old = [entry for entry in os.environ.get(name, '').split(os.pathsep) if entry]
    os.environ[name] = os.pathsep.join([*(e for e in entries if e not in old), *old])


for prefix in prefixes:
    for packages in (
        prefix / 'lib' / python / 'site-packages',
        prefix / 'local/lib' / python / 'dist-packages',
    ):
        if (packages / prefix.name / '__init__.py').is_file() and str(packages) not in sys.path:
            sys.path.append(str(packages))

if prefixes and os.environ.get(GUARD) != str(root):
    os.environ[GUARD] = str(root)
    # A parent of another environment may have left its mark: its libraries are not ours.
    os.environ.pop('_ROS_WHEELS_BOOTSTRAP_COMPLETE', None)
    _prepend('AMENT_PREFIX_PATH', [str(p) for p in prefixes] + [sys.prefix])
    _prepend('LD_LIBRARY_PATH', [str(p / 'lib') for p in prefixes])
    os.execve(sys.executable, sys.orig_argv, os.environ)
