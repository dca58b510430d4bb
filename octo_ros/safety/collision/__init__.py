# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the arm keeps away from: its own links, the table and obstacles."""
