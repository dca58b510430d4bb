# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A node that is in no graph: what it would send is kept, what it would hear is called."""

from dataclasses import dataclass, field

from rclpy.clock import Clock


@dataclass
class FakePublisher:
    sent: list = field(default_factory=list)
    subscribers: int = 1

    def publish(self, message):
        self.sent.append(message)

    def get_subscription_count(self):
        return self.subscribers


class FakeLogger:
    def __init__(self):
        self.lines = []

    def info(self, text, **_):
        self.lines.append(text)

    warning = error = info


class FakeNode:
    """Stands for the safety filter node, by topic or service name."""

    def __init__(self):
        self.publishers = {}
        self.heard = {}
        self.services = {}
        self.timers = []
        self.logger = FakeLogger()
        self.publisher_counts = {}

    def create_publisher(self, kind, topic, profile):
        del kind, profile
        return self.publishers.setdefault(topic, FakePublisher())

    def create_subscription(self, kind, topic, callback, profile):
        del kind, profile
        self.heard[topic] = callback

    def create_service(self, kind, name, callback, callback_group=None):
        del kind, callback_group
        self.services[name] = callback

    def create_timer(self, period, callback):
        self.timers.append((period, callback))

    def get_clock(self):
        return Clock()

    def get_logger(self):
        return self.logger

    def count_publishers(self, topic):
        return self.publisher_counts.get(topic, 0)

    def get_name(self):
        return 'octo_safety'

    def get_fully_qualified_name(self):
        return '/left/octo_safety'
