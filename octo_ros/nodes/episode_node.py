# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Marks episodes in a recording: start, stop, success, failure, discard."""

from __future__ import annotations

import sys
from datetime import datetime, timezone

from rclpy.node import Node
from std_msgs.msg import String
from std_srvs.srv import Trigger

from octo_ros.nodes import qos
from octo_ros.nodes.process import run
from octo_ros.types import EpisodeEventKind
from octo_ros_msgs.msg import EpisodeEvent


class EpisodeNode(Node):
    """One Trigger service per mark; an episode must be open to be stopped or judged.

    `success` and `failure` also judge the episode that has just been stopped.
    """

    def __init__(self) -> None:
        super().__init__('octo_episode')
        self._open = False
        self._episode_id = ''
        self._judged = True
        self._instruction = ''
        self._words = ''
        self._events = self.create_publisher(EpisodeEvent, 'octo/episode', qos.EVENTS)
        self.create_subscription(String, 'octo/instruction', self._on_instruction, qos.LATCHED)
        for kind in EpisodeEventKind:
            self._serve(kind)

    def _serve(self, kind: EpisodeEventKind) -> None:
        def handle(request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
            del request
            response.success, response.message = self._mark(kind)
            return response

        self.create_service(Trigger, f'~/{kind.name.lower()}', handle)

    def _on_instruction(self, message: String) -> None:
        self._instruction = message.data
        # A task may begin just after its episode was opened; its end leaves the words as they are.
        if self._open and message.data:
            self._words = message.data

    def _mark(self, kind: EpisodeEventKind) -> tuple[bool, str]:
        if kind is EpisodeEventKind.START:
            if self._open:
                return (
                    False,
                    f'Episode {self._episode_id} is open: stop, judge or discard it first.',
                )
            now = datetime.now(tz=timezone.utc)
            self._episode_id = now.strftime('%Y%m%dT%H%M%S.%fZ')
            self._open, self._judged = True, False
            self._words = self._instruction
        elif self._open:
            self._open = False
            self._judged = kind is not EpisodeEventKind.STOP
        elif self._judged or kind is EpisodeEventKind.STOP:
            return False, f'No episode is open: call ~/start before ~/{kind.name.lower()}.'
        else:
            self._judged = True
        event = EpisodeEvent(
            kind=int(kind),
            episode_id=self._episode_id,
            language_instruction=self._words,
        )
        event.header.stamp = self.get_clock().now().to_msg()
        self._events.publish(event)
        return True, f'{kind.name.lower()} {self._episode_id}'


def main() -> None:
    """Run the node."""
    sys.exit(run(EpisodeNode))


if __name__ == '__main__':
    main()
