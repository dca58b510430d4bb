# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From observation windows to action chunks in robot units."""
