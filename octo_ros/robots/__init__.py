# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Robot arms: geometry, kinematics, and what their drivers understand."""
