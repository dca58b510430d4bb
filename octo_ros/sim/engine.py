# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""MuJoCo with an offscreen renderer chosen: every module of this room takes `mujoco` from here.

MuJoCo takes from the environment variable MUJOCO_GL how it gets an OpenGL context; its own default
needs a display. A MUJOCO_GL that the user has set is left alone.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib
import os
import sys
from typing import Protocol, cast

from octo_ros.errors import SimulationError

_EGL_PLATFORM_DEVICE = 0x313F  # EGL_EXT_platform_device
_MAX_DEVICES = 8


def egl_works() -> bool:
    """Whether EGL can draw without a screen, on a graphics card or by Mesa in software."""
    library = ctypes.util.find_library('EGL')
    if library is None:
        return False
    egl = ctypes.CDLL(library)
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    query = egl.eglGetProcAddress(b'eglQueryDevicesEXT')
    display_of = egl.eglGetProcAddress(b'eglGetPlatformDisplayEXT')
    if not query or not display_of:
        return False
    devices = (ctypes.c_void_p * _MAX_DEVICES)()
    count = ctypes.c_int(0)
    prototype = ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    if not prototype(query)(_MAX_DEVICES, devices, ctypes.byref(count)):
        return False
    get_display = ctypes.CFUNCTYPE(
        ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p
    )(display_of)
    egl.eglInitialize.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p]
    for device in devices[: count.value]:
        display = get_display(_EGL_PLATFORM_DEVICE, device, None)
        if display and egl.eglInitialize(display, None, None):
            return True
    return False


def choose_backend() -> str:
    """The MUJOCO_GL that suits this machine: `egl`, else `osmesa`, else `disabled`."""
    if egl_works():
        return 'egl'
    return 'osmesa' if ctypes.util.find_library('OSMesa') else 'disabled'


if sys.platform == 'linux':
    # Set but empty means unset.
    os.environ['MUJOCO_GL'] = os.environ.get('MUJOCO_GL') or choose_backend()

try:
    import mujoco
except (ImportError, AttributeError, RuntimeError) as error:
    # PyOpenGL fails in many ways when the library that MUJOCO_GL names is missing.
    _msg = (
        f'MuJoCo cannot be loaded with MUJOCO_GL={os.environ.get("MUJOCO_GL", "")} ({error}).'
        ' Leave MUJOCO_GL unset, and install EGL, `apt install libegl1 libegl-mesa0'
        ' libgl1-mesa-dri`, or OSMesa, `apt install libosmesa6`.'
    )
    raise SimulationError(_msg) from error


class OpenGLContext(Protocol):
    """What MuJoCo's context classes have in common."""

    def make_current(self) -> None:
        """Let this thread's drawing go into it."""

    def free(self) -> None:
        """Give it back."""


def opengl_context(width: int, height: int) -> OpenGLContext:
    """An OpenGL context of MUJOCO_GL's kind, not yet current.

    MuJoCo's own `GLContext` is of the kind that MUJOCO_GL named when MuJoCo was first imported,
    which may have been elsewhere and before this module.

    Args:
        width: Of the largest picture [px].
        height: Likewise.
    """
    backend = os.environ.get('MUJOCO_GL')
    chosen = backend in ('egl', 'osmesa')
    module = importlib.import_module(f'mujoco.{backend}') if chosen else mujoco
    return cast('OpenGLContext', module.GLContext(width, height))


__all__ = ['OpenGLContext', 'choose_backend', 'egl_works', 'mujoco', 'opengl_context']
