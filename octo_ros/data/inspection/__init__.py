# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a dataset holds, and what is wrong with it."""
