# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where episodes begin and end, what was asked, and how they went."""
