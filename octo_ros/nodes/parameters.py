# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Node parameters from frozen dataclasses: type, default, range and description are said once."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.exceptions import ParameterUninitializedException

from octo_ros.config import parse

if TYPE_CHECKING:
    from rclpy.node import Node

T = TypeVar('T')


def declare(node: Node, cls: type[T]) -> T:
    """Declare one read-only parameter per field of `cls` and return their checked values.

    Descriptions and ranges shown by `ros2 param describe` come from the fields' pydantic metadata.
    Typing is dynamic, so that `rate: 10` in a file is as good as `rate: 10.0`.

    Raises:
        ConfigError: A value is missing, has the wrong type or is out of range.
    """
    properties = TypeAdapter(cls).json_schema()['properties']
    values: dict[str, Any] = {}
    for item in fields(cls):  # type: ignore[arg-type]
        schema = properties[item.name]
        descriptor = ParameterDescriptor(
            description=schema.get('description', ''),
            additional_constraints=_constraints(schema),
            read_only=True,
            dynamic_typing=True,
        )
        default = None if item.default is MISSING else item.default
        try:
            value = node.declare_parameter(item.name, _ros(default), descriptor).value
        except ParameterUninitializedException:
            value = None
        if value is not None:
            values[item.name] = value
    return parse(cls, values, f'Parameters of {node.get_name()}')


def _ros(default: object) -> object:
    return list(default) if isinstance(default, tuple) else default


def _constraints(schema: dict[str, Any]) -> str:
    words = {
        'minimum': 'at least',
        'exclusiveMinimum': 'above',
        'maximum': 'at most',
        'exclusiveMaximum': 'below',
        'enum': 'one of',
    }
    return ', '.join(f'{text} {schema[key]}' for key, text in words.items() if key in schema)
