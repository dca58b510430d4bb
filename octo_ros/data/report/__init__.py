# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a conversion did, dropped and found."""
