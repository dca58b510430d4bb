# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of the simulated scene without a screen, and the cameras' geometry."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from octo_ros.errors import ConfigError, SimulationError, UnknownNameError
from octo_ros.geometry import Pose
from octo_ros.sim.engine import mujoco, opengl_context
from octo_ros.sim.world import MAX_IMAGE_SIZE

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray

    from octo_ros.geometry import Array
    from octo_ros.sim.engine import OpenGLContext
    from octo_ros.sim.simulation import Simulation

# What made MuJoCo's loader of OpenGL fail in this process. It then keeps its lock, so that another
# try, from another thread, would wait for ever.
_broken: list[str] = []

# From MuJoCo's camera axes (y up, z backward) to ROS' optical ones (y down, z forward).
_OPTICAL = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True)
class CameraGeometry:
    """A pinhole camera without distortion, as CameraInfo and tf describe it.

    Attributes:
        width: Pixels.
        height: Pixels.
        fx: Focal length along x [px].
        fy: Focal length along y [px].
        cx: Principal point [px]; pixel centres are at whole numbers.
        cy: The same along y.
        parent: Link that the camera is fixed to.
        pose: Optical frame (x right, y down, z forward) in that link.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    parent: str
    pose: Pose

    def project(self, point: Array) -> Array:
        """Pixel (x, y), shape (2,), of a point in the optical frame, shape (3,) m, with z > 0."""
        x, y, z = point
        return np.array([self.cx + self.fx * x / z, self.cy + self.fy * y / z])


class Drawable(Protocol):
    """What can be drawn: a simulation, or a copy of its state."""

    model: mujoco.MjModel
    data: mujoco.MjData


class Renderer:
    """Draws what the cameras of one simulation see, in any size up to 1280 × 960.

    An OpenGL context belongs to a thread: create, use and close a renderer in the same one, and do
    not step the simulation while it draws.

    Args:
        simulation: What to draw.
        samples: Samples per pixel that smooth the edges; 4 take 2.5 times as long as none (0).

    Raises:
        SimulationError: There is no way to draw without a screen on this machine.
    """

    def __init__(self, simulation: Drawable, samples: int = 0) -> None:
        self._simulation = simulation
        simulation.model.vis.quality.offsamples = samples
        self._gl, self._context = _create_contexts(simulation.model)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._context)
        self._scene = mujoco.MjvScene(simulation.model, maxgeom=200)
        for flag in (mujoco.mjtRndFlag.mjRND_SHADOW, mujoco.mjtRndFlag.mjRND_REFLECTION):
            self._scene.flags[flag] = False
        self._option = mujoco.MjvOption()
        self._camera = mujoco.MjvCamera()
        self._camera.type = mujoco.mjtCamera.mjCAMERA_FIXED

    def render(self, camera: str, height: int = 256, width: int = 256) -> NDArray[np.uint8]:
        """Draw what a camera sees now.

        Args:
            camera: Observation key, `image_primary` or `image_wrist`.
            height: Pixels, at most 960.
            width: Pixels, at most 1280.

        Returns:
            RGB, shape (height, width, 3), first row on top.

        Raises:
            UnknownNameError: No such camera.
            ConfigError: The size is not possible.
        """
        _check_size(height, width)
        self._gl.make_current()
        self._camera.fixedcamid = _camera_id(self._simulation.model, camera)
        mujoco.mjv_updateScene(
            self._simulation.model,
            self._simulation.data,
            self._option,
            None,
            self._camera,
            mujoco.mjtCatBit.mjCAT_ALL.value,
            self._scene,
        )
        rectangle = mujoco.MjrRect(0, 0, width, height)
        image = np.empty((height, width, 3), np.uint8)
        mujoco.mjr_render(rectangle, self._scene, self._context)
        mujoco.mjr_readPixels(image, None, rectangle, self._context)
        return np.ascontiguousarray(image[::-1])

    def close(self) -> None:
        """Give the OpenGL context back; the renderer cannot be used afterwards."""
        self._gl.make_current()
        self._context.free()
        self._gl.free()

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def camera_geometry(
    simulation: Simulation, camera: str, height: int = 256, width: int = 256
) -> CameraGeometry:
    """Intrinsics and mounting of a camera for pictures of a size [px].

    Raises:
        UnknownNameError: No such camera.
        ConfigError: The size is not possible.
    """
    _check_size(height, width)
    model = simulation.model
    index = _camera_id(model, camera)
    focal = height / 2 / np.tan(np.deg2rad(model.cam_fovy[index]) / 2)
    rotation = np.empty(9)
    mujoco.mju_quat2Mat(rotation, model.cam_quat[index])
    body = model.cam_bodyid[index]
    return CameraGeometry(
        width,
        height,
        focal,
        focal,
        (width - 1) / 2,
        (height - 1) / 2,
        model.body(body).name if body else simulation.embodiment.base_frame,
        Pose(model.cam_pos[index], rotation.reshape(3, 3) @ _OPTICAL),
    )


def _camera_id(model: mujoco.MjModel, camera: str) -> int:
    names = [model.camera(i).name for i in range(model.ncam)]
    if camera not in names:
        raise UnknownNameError(kind='camera', given=camera, known=names)
    return names.index(camera)


def _check_size(height: int, width: int) -> None:
    if not (1 <= height <= MAX_IMAGE_SIZE[0] and 1 <= width <= MAX_IMAGE_SIZE[1]):
        msg = (
            f'Cannot draw {width} × {height} px; the simulator draws'
            f' 1 × 1 to {MAX_IMAGE_SIZE[1]} × {MAX_IMAGE_SIZE[0]} px.'
        )
        raise ConfigError(msg)


def _create_contexts(model: mujoco.MjModel) -> tuple[OpenGLContext, mujoco.MjrContext]:
    """OpenGL's context, made current, and MuJoCo's in it."""
    height, width = MAX_IMAGE_SIZE
    try:
        if _broken:
            raise mujoco.FatalError(*_broken)
        gl = opengl_context(width, height)
        gl.make_current()
        return gl, mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
    except Exception as error:
        # PyOpenGL, ctypes and MuJoCo each raise something else when a library is missing.
        if isinstance(error, mujoco.FatalError):
            _broken[:] = [str(error)]
        msg = (
            f'Cannot draw with MUJOCO_GL={os.environ.get("MUJOCO_GL", "")} ({error}).'
            ' Install EGL, `apt install libegl1 libegl-mesa0 libgl1-mesa-dri`,'
            ' or OSMesa, `apt install libosmesa6`, and do not set MUJOCO_GL.'
        )
        raise SimulationError(msg) from error
