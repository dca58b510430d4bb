# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions: what the arm did, or was told to do, from one observation to the next."""
