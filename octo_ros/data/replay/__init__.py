# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An episode of a dataset, to be looked at."""
