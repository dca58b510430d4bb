# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from octo_ros.errors import PolicyError
from octo_ros.policy.base import Request
from octo_ros.policy.separate_fleet import SeparateFleet


class Echo:
    """Answers with what it was asked."""

    def __init__(self, name):
        self.name, self.warm = name, False

    def warm_up(self):
        self.warm = True

    def infer(self, window, task, start_ns):
        if task == 'bad':
            msg = f'{self.name} does not know {task}'
            raise PolicyError(msg)
        return self.name, window, task, start_ns


def test_each_robot_gets_its_own_answer_or_reason():
    policies = [Echo('a'), Echo('b'), Echo('c')]
    fleet = SeparateFleet(policies)
    fleet.warm_up()
    assert all(policy.warm for policy in policies)
    requests = [Request(2, 'w2', 'go', 7), Request(0, 'w0', 'bad', 8), Request(1, 'w1', 'go', 9)]
    last, refused, middle = fleet.infer(requests)
    assert last == ('c', 'w2', 'go', 7)
    assert middle == ('b', 'w1', 'go', 9)
    assert isinstance(refused, PolicyError)
    assert str(refused) == 'a does not know bad'
