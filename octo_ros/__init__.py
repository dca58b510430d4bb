# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Octo, the open generalist robot policy, on ROS 2."""
