# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The arguments of the launch files: name, default, description, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from octo_ros.bringup.graph import SystemOptions
from octo_ros.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

ARGUMENTS: dict[str, tuple[str | None, str]] = {
    'robot': (
        None,
        'Robot: widowx, franka, fr3, ur5, ur5e, or the path of a contract; '
        'several as left=widowx,right=ur5e',
    ),
    'sim': ('false', 'Drive the simulated arm instead of the real one'),
    'policy': ('octo', 'octo (the network), or scripted (the expert of the simulator)'),
    'checkpoint': ('', 'Octo checkpoint, directory or hub name; required by policy:=octo'),
    'dataset_name': ('', "Which of the checkpoint's statistics to use; empty if it has one"),
    'params_file': ('', 'ROS 2 parameter file; empty for the shipped config/octo.yaml'),
    'record': ('', 'Directory of a bag to record; empty for none'),
    'seed': ('0', "Seed of the simulator's scene and of the policy's noise"),
    'relayed': ('false', 'The cameras come through octo_camera_relay, over a network'),
}

BOOLEANS = {'true': True, '1': True, 'yes': True, 'false': False, '0': False, 'no': False}


def options_of(values: Mapping[str, str]) -> SystemOptions:
    """Launch arguments, which are all text → options.

    Raises:
        ConfigError: sim or relayed is not a truth value, or seed is not a number.
    """
    options: dict[str, Any] = dict(values)
    for name in ('sim', 'relayed'):
        if name in values:
            word = values[name].lower()
            if word not in BOOLEANS:
                msg = f'{name} is {values[name]!r}; give true or false.'
                raise ConfigError(msg)
            options[name] = BOOLEANS[word]
    if 'seed' in values:
        if not values['seed'].isdigit():
            msg = f'seed is {values["seed"]!r}; give a whole number from 0.'
            raise ConfigError(msg)
        options['seed'] = int(values['seed'])
    return SystemOptions(**options)
