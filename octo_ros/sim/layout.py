# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands around the simulated arm, read from `config/sim/<robot>.yaml`.

Lengths in m, in the robot's base frame: x forward, z up, the table's top at z = 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from octo_ros.config import config_dataclass, load_yaml, parse
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.limits import Positive, Vector3
from octo_ros.resources import share_directory

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment

Vector2 = tuple[float, float]
Size2 = tuple[Positive, Positive]
Unit = Annotated[float, Field(ge=0, le=1)]
Rgb = tuple[Unit, Unit, Unit]
Color = Literal['red', 'green', 'blue']


@config_dataclass
class TableLayout:
    """The table, whose top is the plane z = 0.

    Attributes:
        center: Middle, x and y.
        size: Lengths along x and y.
    """

    center: Vector2
    size: Size2


@config_dataclass
class BlockLayout:
    """The cubes and where a reset may put them.

    Attributes:
        colors: One cube of each.
        size: Length of an edge.
        mass: Mass of one cube [kg].
        area_min: Lower corner, x and y, of the area for the cubes' centres.
        area_max: Upper corner.
        spacing: Smallest distance between two centres: room for an open gripper.
    """

    colors: tuple[Color, ...]
    size: Positive
    mass: Positive
    area_min: Vector2
    area_max: Vector2
    spacing: Positive

    @model_validator(mode='after')
    def _is_consistent(self) -> BlockLayout:
        if len(set(self.colors)) != len(self.colors) or not self.colors:
            msg = f'colors must name each colour once, and at least one; they are {self.colors}'
            raise ValueError(msg)
        if not all(a < b for a, b in zip(self.area_min, self.area_max, strict=True)):
            msg = 'area_min must lie below area_max on both axes'
            raise ValueError(msg)
        return self


@config_dataclass
class BinLayout:
    """The open box on the table.

    Attributes:
        center: Middle, x and y.
        size: Inner lengths along x and y, and the height of the walls.
        wall: Thickness of walls and floor.
    """

    center: Vector2
    size: tuple[Positive, Positive, Positive]
    wall: Positive


@config_dataclass
class CameraView:
    """Where a camera is and what it looks at.

    Attributes:
        frame: `base`, or `gripper`: origin in the TCP, axes as in `GripperFrame`.
        eye: Position of the camera in that frame.
        target: Point in the middle of the picture.
        up: Direction that points up in the picture.
        field_of_view: Vertical opening angle [deg].
    """

    frame: Literal['base', 'gripper']
    eye: Vector3
    target: Vector3
    up: Vector3
    field_of_view: Annotated[float, Field(ge=20, le=110)]


@config_dataclass
class Layout:
    """One robot's simulated surroundings.

    Attributes:
        table: The table.
        blocks: The cubes.
        bin: The open box.
        cameras: Observation key (`image_primary`, `image_wrist`) to view.
        arm_colors: Colours of the arm's links, from the base outwards, repeated as needed.
    """

    table: TableLayout
    blocks: BlockLayout
    bin: BinLayout
    cameras: dict[str, CameraView]
    arm_colors: Annotated[tuple[Rgb, ...], Field(min_length=1)]


def load_layout(embodiment: Embodiment) -> Layout:
    """Read the surroundings of a robot and hold them against its contract.

    Raises:
        UnknownNameError: There is no layout for this robot.
        ConfigError: The file breaks the form, lacks one of the robot's cameras, or puts blocks or
            bin where the TCP may not go.
    """
    directory = share_directory() / 'config/sim'
    path = directory / f'{embodiment.name}.yaml'
    if not path.is_file():
        known = (file.stem for file in directory.glob('*.yaml'))
        raise UnknownNameError(kind='simulated robot', given=embodiment.name, known=known)
    layout = parse(Layout, load_yaml(path), str(path))
    missing = sorted(set(embodiment.cameras) - set(layout.cameras))
    if missing:
        msg = f'{path} lacks cameras that {embodiment.name} has: {", ".join(missing)}.'
        raise ConfigError(msg)
    _check_reach(layout, embodiment, str(path))
    return layout


def _check_reach(layout: Layout, embodiment: Embodiment, source: str) -> None:
    corners = {
        'blocks.area_min': layout.blocks.area_min,
        'blocks.area_max': layout.blocks.area_max,
        'bin.center': layout.bin.center,
    }
    low, high = embodiment.limits.workspace_min[:2], embodiment.limits.workspace_max[:2]
    for name, point in corners.items():
        if not all(a <= p <= b for a, p, b in zip(low, point, high, strict=True)):
            msg = (
                f'{source}: {name} is {point}; the TCP of {embodiment.name} stays within'
                f' x {low[0]} .. {high[0]}, y {low[1]} .. {high[1]} m.'
            )
            raise ConfigError(msg)
