# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 bags, read and written without ROS."""
