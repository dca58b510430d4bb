# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Engines: ways to run the Octo network that are fast and still exact."""
