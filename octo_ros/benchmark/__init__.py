# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast, how large and how exact every engine is on this machine."""
