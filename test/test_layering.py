# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may import whom: the core needs neither ROS nor a deep-learning framework."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / 'octo_ros'
ROS = {
    'rclpy',
    'launch',
    'launch_ros',
    'builtin_interfaces',
    'control_msgs',
    'diagnostic_msgs',
    'geometry_msgs',
    'lifecycle_msgs',
    'octo_ros_msgs',
    'rcl_interfaces',
    'sensor_msgs',
    'std_msgs',
    'std_srvs',
    'tf2_msgs',
    'trajectory_msgs',
    'visualization_msgs',
}
HEAVY = {'torch', 'jax', 'tensorflow', 'mujoco', 'tensorflow_datasets', 'transformers'}
# Room → rooms that it may use, beside the core files on the top level.
ALLOWED = {
    'observation': set(),
    'robots': set(),
    'safety': {'robots'},
    'model': set(),
    'policy': {'model', 'observation'},
    'inspection': {'model', 'policy'},
    'verification': {'model', 'policy'},
    'benchmark': {'model', 'policy', 'observation'},
    'sim': {'robots', 'policy'},
    'data': {'observation', 'robots', 'policy'},
    'demo': {'observation', 'robots', 'data'},
    'bringup': set(),
    'nodes': {'observation', 'robots', 'safety', 'policy', 'sim', 'data', 'bringup'},
    'cli': {
        'observation',
        'robots',
        'safety',
        'policy',
        'sim',
        'data',
        'demo',
        'bringup',
        'nodes',
        'model',
        'inspection',
        'verification',
        'benchmark',
    },
}
FILES = sorted(PACKAGE.rglob('*.py'))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def room(path: Path) -> str:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ''


@pytest.mark.parametrize('path', FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_rooms_use_only_what_lies_below_them(path):
    here = room(path)
    used = {name.split('.')[1] for name in imports(path) if name.startswith('octo_ros.')}
    rooms = used & set(ALLOWED)
    assert path.name == '__main__.py' or rooms <= ALLOWED.get(here, set()) | {here}


@pytest.mark.parametrize('path', FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_nodes_import_ros(path):
    if room(path) == 'nodes' or path.name == 'launch_actions.py':
        return
    found = {name.split('.')[0] for name in imports(path)} & ROS
    if path == PACKAGE / 'cli/system.py':
        found -= {'rclpy'}  # only to say that it is missing
    assert not found


def test_every_room_is_known():
    rooms = {p.name for p in PACKAGE.iterdir() if p.is_dir() and p.name != '__pycache__'}
    assert rooms == set(ALLOWED)


def test_core_imports_with_ros_and_frameworks_blocked():
    light = (
        'observation',
        'safety',
        'robots',
        'bringup',
        'policy.base',
        'policy.chunking',
        'policy.statistics',
    )
    modules = [
        '.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')
        for path in FILES
        if (room(path) == '' and path.name != '__main__.py')
        or any(
            '.'.join(path.relative_to(PACKAGE).with_suffix('').parts).startswith(name)
            for name in light
        )
    ]
    modules = [name for name in modules if not name.endswith('launch_actions')]
    assert len(modules) > 30
    code = (
        'import sys, importlib\n'
        f'for name in {sorted(ROS | HEAVY)!r}: sys.modules[name] = None\n'
        f'for name in {modules!r}: importlib.import_module(name)\n'
    )
    result = subprocess.run(
        [sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_only_the_safety_filter_makes_safe_commands():
    makers = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, 'id', getattr(node.func, 'attr', '')) == 'SafeCommand'
    }
    assert makers
    assert all(maker.startswith('safety/') for maker in makers)


def test_only_a_stop_sends_measured_positions():
    holders = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, 'attr', '') == 'hold'
    }
    assert holders == {'nodes/stop_driver.py'}


@pytest.mark.parametrize('path', FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_open_with_licence_and_docstring(path):
    text = path.read_text()
    assert text.startswith(
        '# Copyright 2026 octo_ros contributors\n# SPDX-License-Identifier: Apache-2.0\n'
    )
    assert ast.get_docstring(ast.parse(text)) or path.name == '__main__.py'
    assert len(text.splitlines()) <= 400
