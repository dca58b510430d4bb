# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a checkpoint is, told from its files' headers: no weight is read."""
