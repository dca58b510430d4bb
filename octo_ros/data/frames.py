# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of coordinate frames, as messages spell them."""

from __future__ import annotations

from octo_ros.errors import BagError


def frame_name(frame_id: str) -> str:
    """A frame's name without the leading slash that old systems put before it."""
    return frame_id.removeprefix('/')


def check_frame(topic: str, frame_id: str, base_frame: str) -> bool:
    """Check that a command is given along the axes of the base frame.

    Args:
        topic: Of the command; part of the message.
        frame_id: Of its header.
        base_frame: Of the embodiment.

    Returns:
        Whether the message says so; False if it names no frame.

    Raises:
        BagError: It is given in another frame.
    """
    if frame_name(frame_id) in ('', frame_name(base_frame)):
        return bool(frame_id)
    msg = (
        f'{topic} gives commands in frame {frame_id!r}; expected the base frame {base_frame!r}. '
        'Record them in the base frame, or take the actions from what the arm did: '
        '--action achieved_pose.'
    )
    raise BagError(msg)
