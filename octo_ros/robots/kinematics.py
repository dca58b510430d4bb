# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the TCP is, how the joints move it, and which joint positions bring it to a pose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.errors import KinematicsError
from octo_ros.geometry import Pose, readonly, rotation_vector_from_matrix
from octo_ros.robots.model import load_robot_model
from octo_ros.robots.urdf import to_urdf

if TYPE_CHECKING:
    from types import ModuleType

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array

_TOLERANCE = 1e-8  # of the inverse, m and rad
_MAX_STEPS = 200


class Kinematics:
    """Kinematics of one arm, from its URDF, with the fingers fixed.

    Not for use by two threads at once: the calls share scratch memory.

    Attributes:
        joints: Arm joints in the embodiment's order, which is that of every array below.
    """

    joints: tuple[str, ...]

    def __init__(self, embodiment: Embodiment, urdf: str) -> None:
        self.joints = embodiment.joints
        limits = embodiment.limits
        self._lower = readonly(np.add(limits.position_min, limits.position_margin))
        self._upper = readonly(np.subtract(limits.position_max, limits.position_margin))
        self._pin = _import_pinocchio()
        self._model = self._build(urdf)
        self._data = self._model.createData()
        self._tcp = self._model.getFrameId(embodiment.tcp_frame)

    @classmethod
    def for_embodiment(cls, embodiment: Embodiment) -> Kinematics:
        """The kinematics of a robot's own model.

        Raises:
            KinematicsError: pinocchio is not installed.
            ConfigError: The robot's model is unreadable or does not fit its contract.
        """
        return cls(embodiment, to_urdf(load_robot_model(embodiment), embodiment))

    @property
    def pinocchio(self) -> Any:  # noqa: ANN401 - pinocchio has no types
        """The library, for geometry that is fixed to this arm."""
        return self._pin

    @property
    def pinocchio_model(self) -> Any:  # noqa: ANN401
        """The arm as pinocchio's model, whose joints are `joints`; not to be changed."""
        return self._model

    def tcp_poses(self, positions: Array) -> tuple[Array, Array]:
        """Poses of the TCP in the base frame along a path; twenty times faster than one by one.

        Args:
            positions: Shape (k, n), rad.

        Returns:
            Positions, shape (k, 3), m, and rotations, shape (k, 3, 3).
        """
        kinematics = self._pin.framesForwardKinematics
        model, data = self._model, self._data
        tcp = data.oMf[self._tcp]
        # Views into pinocchio's memory, which the next call overwrites.
        position, rotation = tcp.translation, tcp.rotation
        count = len(positions)
        translations, rotations = np.empty((count, 3)), np.empty((count, 3, 3))
        for i, q in enumerate(positions):
            kinematics(model, data, q)
            translations[i] = position
            rotations[i] = rotation
        return translations, rotations

    def tcp_pose(self, positions: Array) -> Pose:
        """Pose of the TCP in the base frame at `positions` [rad], shape (n,)."""
        self._pin.framesForwardKinematics(self._model, self._data, self._checked(positions))
        tcp = self._data.oMf[self._tcp]
        return Pose(tcp.translation, tcp.rotation)

    def joint_poses(self, positions: Array) -> tuple[Pose, ...]:
        """Frames that the joints move at `positions` [rad], shape (n,), after the base; n + 1."""
        self._pin.forwardKinematics(self._model, self._data, self._checked(positions))
        return tuple(Pose(frame.translation, frame.rotation) for frame in self._data.oMi)

    def jacobian(self, positions: Array) -> Array:
        """How the joints move the TCP at `positions` [rad], shape (n,).

        Returns:
            Shape (6, n): velocity of the TCP's origin [m/rad], then its angular velocity
            [rad/rad], both in base axes.
        """
        jacobian: Array = self._pin.computeFrameJacobian(
            self._model,
            self._data,
            self._checked(positions),
            self._tcp,
            self._pin.LOCAL_WORLD_ALIGNED,
        )
        return jacobian

    def inverse(self, pose: Pose, start: Array) -> Array:
        """Joint positions that bring the TCP to `pose`; for tools and tests, not for the loop.

        Gauss-Newton, damped by the error as in Sugihara, "Solvability-Unconcerned Inverse
        Kinematics by the Levenberg-Marquardt Method", T-RO 2011.

        Args:
            pose: In the base frame.
            start: Where the search begins, shape (n,), rad; the solution is one near it.

        Returns:
            Shape (n,), rad, inside the position limits less their margin.

        Raises:
            KinematicsError: No solution within 1e-8 m and rad was found from `start`.
        """
        positions = np.clip(self._checked(start), self._lower, self._upper)
        error = self._error(pose, positions)
        for _ in range(_MAX_STEPS):
            if np.abs(error).max() < _TOLERANCE:
                return positions
            positions = np.clip(positions + self._step(positions, error), self._lower, self._upper)
            error = self._error(pose, positions)
        distance, angle = np.linalg.norm(error[:3]), np.linalg.norm(error[3:])
        msg = (
            'No joint positions within the limits bring the TCP to'
            f' {pose.position.round(4).tolist()} m, rpy {pose.rpy.round(4).tolist()} rad:'
            f' the search ended {distance:.4g} m and {angle:.4g} rad away.'
            ' Take a pose within reach, or start nearer to it.'
        )
        raise KinematicsError(msg)

    def _step(self, positions: Array, error: Array) -> Array:
        """One damped Gauss-Newton step [rad], shape (n,), of the joints that no limit blocks."""
        jacobian = self.jacobian(positions)
        downhill = jacobian.T @ error
        blocked = ((positions <= self._lower) & (downhill < 0.0)) | (
            (positions >= self._upper) & (downhill > 0.0)
        )
        jacobian[:, blocked] = 0.0
        damping = (0.5 * error @ error + 1e-12) * np.eye(len(positions))
        step = np.linalg.solve(jacobian.T @ jacobian + damping, jacobian.T @ error)
        return np.asarray(step, dtype=np.float64)

    def _build(self, urdf: str) -> Any:  # noqa: ANN401 - pinocchio has no types
        """Pinocchio's model of the arm alone."""
        full = self._pin.buildModelFromXML(urdf)
        fingers = [i for i in range(1, full.njoints) if full.names[i] not in self.joints]
        model = self._pin.buildReducedModel(full, fingers, self._pin.neutral(full))
        if tuple(model.names)[1:] != self.joints:
            msg = (
                f'The URDF moves the joints {list(model.names)[1:]}, but the contract lists'
                f' {list(self.joints)}; they must agree, from the base outwards.'
            )
            raise KinematicsError(msg)
        return model

    def _checked(self, positions: Array) -> Array:
        q = np.asarray(positions, dtype=np.float64)
        if q.shape != (len(self.joints),):
            msg = f'Joint positions have shape {q.shape}; expected ({len(self.joints)},).'
            raise KinematicsError(msg)
        return q

    def _error(self, pose: Pose, positions: Array) -> Array:
        """From the TCP to `pose`, base axes: metres, then rotation vector [rad], shape (6,)."""
        tcp = self.tcp_pose(positions)
        turn = rotation_vector_from_matrix(pose.rotation @ tcp.rotation.T)
        return np.concatenate([pose.position - tcp.position, turn])


def _import_pinocchio() -> ModuleType:
    try:
        import pinocchio
    except ImportError as error:
        msg = (
            f'Kinematics needs pinocchio, which cannot be imported ({error}).'
            ' Install it with `pip install pin`'
            ' or, beside ROS, `apt install ros-$ROS_DISTRO-pinocchio`.'
        )
        raise KinematicsError(msg) from None
    return pinocchio  # type: ignore[no-any-return]
