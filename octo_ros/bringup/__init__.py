# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which processes make up the running system, and how they are started."""
