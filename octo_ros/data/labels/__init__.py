# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions: what the arm did, or was told to do, from one observation to the next.

An action of the end effector is dx, dy, dz [m], droll, dpitch, dyaw [rad] and an absolute gripper
opening (1 = open). Translation and rotation (R1·R0ᵀ as extrinsic x-y-z angles) are along and about
the axes of the base frame. Joint actions are one number per joint [rad] and the same gripper.

Action k is what happens from observation k until just before observation k + 1; nothing from later
enters it, with one exception: a measured gripper that is on its way has the value at which it
settles next, however much later, as Octo does for BridgeData (`octo_ros.data.labels.gripper`).
Gripper commands need no look ahead. The last action holds: no motion, the gripper as it is, for
Octo's loader repeats it into the tail of its last chunks.
"""
