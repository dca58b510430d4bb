# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A model file that somebody edits."""

from __future__ import annotations

from dataclasses import replace

from octo_ros.data.conversion import fingerprint
from octo_ros.robots.model import load_robot_model


def moved_tcp(monkeypatch):
    """Let the file say that the TCP lies 1 cm elsewhere."""

    def load(embodiment):
        model = load_robot_model(embodiment)
        x, y, z = model.tcp_xyz
        return replace(model, tcp_xyz=(x + 0.01, y, z))

    monkeypatch.setattr(fingerprint, 'load_robot_model', load)
