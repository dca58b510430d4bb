# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter does not start with a contract that leaves a limit open or asks too much."""

import pytest
import yaml

from octo_ros.bringup.supervisor import local_environment
from octo_ros.errors import SafetyError
from octo_ros.resources import share_directory
from octo_ros.safety.filter import SafetyFilter

from .harness import run_node
from .safety_rig import SafetyRig

pytestmark = pytest.mark.ros


@pytest.mark.parametrize(
    ('change', 'texts'),
    [
        (lambda limits: limits.pop('jerk'), ('limits.jerk', 'required')),
        (
            lambda limits: limits.update(
                velocity=[9.0] * 6, acceleration=[99.0] * 6, braking=[99.0] * 6, jerk=[999.0] * 6
            ),
            ('velocity of', '9 rad/s', 'the robot allows'),
        ),
    ],
)
def test_one_sentence_and_status_one(tmp_path, domain_id, change, texts):
    contract = yaml.safe_load((share_directory() / 'config/robots/ur5e.yaml').read_text())
    change(contract['limits'])
    path = tmp_path / 'ur5e.yaml'
    path.write_text(yaml.safe_dump(contract))
    code, said, _ = run_node(
        'safety_filter_node',
        local_environment(domain_id),
        '-p',
        f'robot:={path}',
        '-p',
        'driver:=sim',
    )
    assert code == 1
    assert 'Traceback' not in said
    for text in texts:
        assert text in said


def test_an_arm_that_is_not_fit_to_start_from_is_waited_for(monkeypatch, domain_id, capfd):
    true_activate, refused = SafetyFilter.activate, []

    def activate(self, *arguments):
        if len(refused) < 5:
            refused.append(arguments)
            msg = 'The filter cannot start: the arm moves.'
            raise SafetyError(msg)
        true_activate(self, *arguments)

    monkeypatch.setattr(SafetyFilter, 'activate', activate)
    rig = SafetyRig(monkeypatch, domain_id)
    rig.close()
    assert len(refused) == 5
    # Not once for each of the tries.
    assert 1 <= capfd.readouterr().err.count('the arm moves') <= 2
