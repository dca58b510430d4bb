# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ROS 2 edges; the only package that imports rclpy or messages."""
