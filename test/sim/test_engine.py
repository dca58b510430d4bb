# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How MuJoCo gets its OpenGL context."""

from __future__ import annotations

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from octo_ros.sim.engine import choose_backend, egl_works

SHOW = 'import os; import octo_ros.sim.engine; print(os.environ["MUJOCO_GL"])'
DRAW = """
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import SimulationError
from octo_ros.sim.renderer import Renderer
from octo_ros.sim.simulation import Simulation
try:
    Renderer(Simulation(load_embodiment('widowx'))).render('image_primary')
except SimulationError as error:
    print(error)
"""


def run(code: str, **changes: str) -> str:
    """What `code` prints in a fresh interpreter without MUJOCO_GL, but with these variables."""
    environment = {k: v for k, v in os.environ.items() if k not in ('MUJOCO_GL', 'DISPLAY')}
    return subprocess.run(
        [sys.executable, '-c', code],
        env=environment | changes,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_an_offscreen_backend_is_chosen():
    assert run(SHOW).strip() == choose_backend()


def test_an_empty_choice_is_no_choice():
    assert run(SHOW, MUJOCO_GL='').strip() == choose_backend()


def test_the_users_choice_is_left_alone():
    assert run(SHOW, MUJOCO_GL='disabled').strip() == 'disabled'


@pytest.mark.skipif(sys.platform != 'linux', reason='EGL is chosen on Linux only')
def test_without_an_egl_driver_the_choice_falls_on_osmesa_if_there_is_one():
    osmesa = ctypes.util.find_library('OSMesa')
    chosen = run(SHOW, __EGL_VENDOR_LIBRARY_DIRS='/nowhere').strip()
    assert chosen == ('osmesa' if osmesa else 'disabled')


@pytest.mark.parametrize('backend', ['disabled', 'glfw'])
def test_without_a_backend_that_works_the_error_names_the_packages(backend):
    printed = run(DRAW, MUJOCO_GL=backend)
    for package in ('libegl1', 'libegl-mesa0', 'libgl1-mesa-dri', 'libosmesa6'):
        assert package in printed


def test_mujoco_may_have_been_imported_before():
    assert run(f'import mujoco{DRAW}') == run(DRAW)


def test_a_second_try_after_a_failure_fails_too_instead_of_waiting_for_ever():
    twice = f'import threading{DRAW}threading.Thread(target=lambda: exec(draw)).start()'
    printed = run(f'draw = """{DRAW}"""\nexec(draw)\n{twice}', MUJOCO_GL='glfw').splitlines()
    assert len(printed) == 3
    assert len(set(printed)) == 1


def test_nothing_is_claimed_where_the_libraries_are_missing(monkeypatch):
    monkeypatch.setattr(ctypes.util, 'find_library', lambda _: None)
    assert not egl_works()
    assert choose_backend() == 'disabled'
