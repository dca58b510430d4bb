# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Let one node of the test's own process work, and stand-ins for services that CI has not."""

import time
from types import SimpleNamespace

from rclpy.executors import SingleThreadedExecutor


def spin(node, done=lambda: False, timeout=5.0):
    """Handle messages until `done()`; without it, for `timeout` [s]."""
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    deadline = time.monotonic() + timeout
    came = done()
    while not came and time.monotonic() < deadline:
        executor.spin_once(timeout_sec=0.02)
        came = done()
    executor.remove_node(node)
    return came


class FakeFuture:
    """The future of a call; answered by `set`."""

    def __init__(self):
        self._callbacks = []

    def add_done_callback(self, callback):
        self._callbacks.append(callback)

    def result(self):
        return self._result

    def set(self, **fields):
        self._result = SimpleNamespace(**fields)
        for callback in self._callbacks:
            callback(self)


class FakeClient:
    """A client that keeps what was asked."""

    def __init__(self):
        self.ready = True
        self.calls = []

    def service_is_ready(self):
        return self.ready

    def call_async(self, request):
        future = FakeFuture()
        self.calls.append((request, future))
        return future


class FakeNode:
    """A node that only makes clients, in the namespace /left."""

    def __init__(self):
        self.clients = {}

    def get_namespace(self):
        return '/left'

    def create_client(self, kind, name):
        del kind
        self.clients[name] = FakeClient()
        return self.clients[name]

    def destroy_client(self, client):
        self.clients = {name: made for name, made in self.clients.items() if made is not client}


def service(**constants):
    """A generated service class, as far as it is used: requests keep their fields."""

    class Request(SimpleNamespace):
        pass

    for name, value in constants.items():
        setattr(Request, name, value)
    return SimpleNamespace(Request=Request)
