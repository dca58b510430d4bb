# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The command checks: one rule, one class, one file; `octo_ros.safety.gate` has their order."""
