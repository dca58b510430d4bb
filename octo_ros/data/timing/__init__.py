# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""When things happened: stamps, clocks, and the grid of ticks over an episode."""
