# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The TCP's pose from the transforms of a recording, whatever frames lie in between.

The chain from the base frame to the TCP frame may run over any edges of the tree, in either
direction, static or moving. A pose is told for every time at which an edge of the chain was
measured, as soon as all other moving edges are known around that time; they are interpolated,
never extrapolated, and never across a gap.

A static transform is sent once, usually long before an episode: whoever reads a part of a
recording adds the whole of `/tf_static` first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from octo_ros.data.fields import nanoseconds
from octo_ros.data.frames import frame_name
from octo_ros.data.poses import pose_from_transform
from octo_ros.errors import BagError
from octo_ros.geometry import Pose, slerp
from octo_ros.types import Sample

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag, BagMessage

TF, TF_STATIC = '/tf', '/tf_static'
TF_TYPES = ('tf2_msgs/msg/TFMessage',)
KEEP_NS = 2_000_000_000  # of each edge, for those that arrive late
FAR_NS = 1_000_000_000  # a stamp so far from the arrival is of another clock
NOT_FINITE = 'a transform that is not finite or has no rotation'
OTHER_CLOCK = 'a transform stamped a second or more off its arrival, which was used instead'
GAP = 'a time without a pose: the transforms around it are too far apart'
MOVED = 'a frame that changed its parent, or between static and moving'
EARLY = 'a time without a pose: another edge of the chain begins later'


@dataclass
class _Edge:
    """Where a frame stands in its parent, over time.

    Attributes:
        parent: Name of the parent frame.
        is_static: It never moves; `samples` holds one.
        samples: Stamp [ns] and pose, by ascending stamp, each stamp once.
    """

    parent: str
    is_static: bool
    samples: list[tuple[int, Pose]] = field(default_factory=list)

    @property
    def newest_ns(self) -> int:
        return self.samples[-1][0]

    def add(self, stamp_ns: int, pose: Pose) -> None:
        """Put a sample in its place; of one stamp the first to arrive is kept."""
        i = bisect_left(self.samples, stamp_ns, key=_stamp)
        if i == len(self.samples) or self.samples[i][0] != stamp_ns:
            self.samples.insert(i, (stamp_ns, pose))

    def at(self, time_ns: int, max_gap_ns: int) -> Pose | str:
        """The pose at a time that is not after the newest sample; or why there is none."""
        if self.is_static:
            return self.samples[-1][1]
        i = bisect_left(self.samples, time_ns, key=_stamp)
        after_ns, after = self.samples[i]
        if after_ns == time_ns:
            return after
        if i == 0:
            return EARLY
        before_ns, before = self.samples[i - 1]
        if after_ns - before_ns > max_gap_ns:
            return GAP
        f = (time_ns - before_ns) / (after_ns - before_ns)
        position = (1 - f) * before.position + f * after.position
        return Pose(position, slerp(before.rotation, after.rotation, f))

    def forget(self, before_ns: int) -> None:
        """Drop samples that no later time will need: all but one before a time [ns]."""
        first = bisect_left(self.samples, before_ns, key=_stamp) - 1
        if first > 0 and not self.is_static:
            del self.samples[:first]


class TfPoseTrack:
    """Follows transforms and tells the pose of one frame in another.

    Args:
        base_frame: In which the pose is told.
        tcp_frame: Whose pose is told.
        max_gap_ns: Largest distance of two transforms of an edge between which it is interpolated
            [ns]: the maximum age of joint states.

    Attributes:
        unusable: Why transforms or times gave no pose, to how many did not.
    """

    def __init__(self, base_frame: str, tcp_frame: str, max_gap_ns: int = 100_000_000) -> None:
        self._base = frame_name(base_frame)
        self._tcp = frame_name(tcp_frame)
        self._max_gap_ns = max_gap_ns
        self._edges: dict[str, _Edge] = {}
        self._chain: tuple[tuple[str, ...], tuple[str, ...]] | None = None
        self._links: frozenset[str] = frozenset()
        self._moving: list[_Edge] = []
        self._waiting: set[int] = set()
        self.unusable: Counter[str] = Counter()

    def add(self, message: BagMessage) -> list[Sample[Pose]]:
        """Take a TFMessage of `/tf` or `/tf_static`, told apart by the end of the topic's name.

        Returns:
            The TCP's poses in the base frame that became known by it, by ascending stamp; received
            when the message was.
        """
        is_static = message.topic.rsplit('/', 1)[-1] == 'tf_static'
        changed = False
        for transform in message.value.transforms:
            child, parent = map(frame_name, (transform.child_frame_id, transform.header.frame_id))
            edge = self._edges.get(child)
            is_new = edge is None or edge.parent != parent or edge.is_static != is_static
            if self._chain and not (is_new or changed or child in self._links):
                continue  # a finger, another arm
            pose = pose_from_transform(transform.transform)
            if pose is None:
                self.unusable[NOT_FINITE] += 1
                continue
            if edge is None or is_new:
                if edge is not None:
                    self.unusable[MOVED] += 1
                edge = self._edges[child] = _Edge(parent, is_static)
                changed = True
            if is_static:
                edge.samples = [(0, pose)]
                continue
            stamp_ns = self._stamp_ns(transform.header.stamp, message.received_ns)
            edge.add(stamp_ns, pose)
            edge.forget(edge.newest_ns - KEEP_NS)
            if child in self._links:
                self._waiting.add(stamp_ns)
        if changed:
            self._follow_change()
        return self._poses(message.received_ns)

    @property
    def problem(self) -> str:
        """Why there can be no pose, with the frames that there are; '' if nothing is wrong."""
        if self._moving:
            return ''
        frames = sorted({*self._edges, *(edge.parent for edge in self._edges.values())})
        missing = [name for name in (self._base, self._tcp) if name not in frames]
        if missing:
            what = f'there is no frame {" and no frame ".join(map(repr, missing))}'
        elif self._chain is None:
            what = f'the frames {self._base!r} and {self._tcp!r} are not connected'
        else:
            what = f'{self._tcp!r} never moves in {self._base!r}, all transforms are static'
        return f'{what}; the frames are: {", ".join(frames) or "none"}'

    def _stamp_ns(self, stamp: object, received_ns: int) -> int:
        stamp_ns = nanoseconds(stamp)
        if abs(received_ns - stamp_ns) < FAR_NS:
            return stamp_ns
        self.unusable[OTHER_CLOCK] += 1
        return received_ns

    def _follow_change(self) -> None:
        """Find the chain again, and the times that it may give poses for."""
        self._chain = _chain(self._edges, self._base, self._tcp)
        self._links = frozenset(name for half in self._chain or () for name in half)
        edges = [self._edges[name] for name in self._links]
        self._moving = [edge for edge in edges if not edge.is_static]
        self._waiting = {stamp for edge in self._moving for stamp, _ in edge.samples}

    def _poses(self, received_ns: int) -> list[Sample[Pose]]:
        """The poses at waiting times that all edges are known around by now."""
        if not self._moving or not self._waiting:
            return []
        newest = [edge.newest_ns for edge in self._moving]
        known_ns, lost_ns = min(newest), max(newest) - KEEP_NS
        poses = []
        for time_ns in sorted(self._waiting):
            if time_ns > known_ns and time_ns >= lost_ns:
                break
            self._waiting.discard(time_ns)
            pose = self._pose(time_ns) if time_ns <= known_ns else GAP
            if isinstance(pose, Pose):
                poses.append(Sample(time_ns, received_ns, pose))
            else:
                self.unusable[pose] += 1
        return poses

    def _pose(self, time_ns: int) -> Pose | str:
        """The TCP in the base frame: down from the common ancestor of both, for each."""
        assert self._chain is not None  # only then there is something to wait for
        halves = []
        for names in self._chain:
            pose = Pose.from_xyz_rpy()
            for name in names:
                step = self._edges[name].at(time_ns, self._max_gap_ns)
                if isinstance(step, str):
                    return step
                pose = step @ pose
            halves.append(pose)
        base, tcp = halves
        return base.inverse() @ tcp


def require_chain(
    bag: Bag, base_frame: str, tcp_frame: str, tf: str = TF, tf_static: str = TF_STATIC
) -> None:
    """Check that the transforms of a bag lead from one frame to another; reads until they do.

    Raises:
        BagError: There are no transforms, or the frames are not connected by any that moves.
    """
    bag.require(tf, TF_TYPES, 'TCP pose')
    track = TfPoseTrack(base_frame, tcp_frame)
    for topic in (tf_static, tf):
        for message in bag.messages([topic]):
            track.add(message)
            if not track.problem:
                return
    msg = (
        f'{bag.path} has no TCP pose on {tf}: {track.problem}. Correct base_frame and tcp_frame '
        'of the embodiment, or leave --pose-topic out, so that the pose comes from the joints.'
    )
    raise BagError(msg)


def _chain(
    edges: Mapping[str, _Edge], base: str, tcp: str
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Frames from base, and from tcp, up to just below their common ancestor; None without one."""
    up_base, up_tcp = _ancestors(edges, base), _ancestors(edges, tcp)
    common = next((name for name in up_base if name in up_tcp), None)
    if common is None:
        return None
    return tuple(up_base[: up_base.index(common)]), tuple(up_tcp[: up_tcp.index(common)])


def _ancestors(edges: Mapping[str, _Edge], name: str) -> list[str]:
    """A frame, its parent, and so on up to the root, or until they repeat."""
    names = [name]
    while name in edges and (name := edges[name].parent) not in names:
        names.append(name)
    return names


def _stamp(sample: tuple[int, Pose]) -> int:
    return sample[0]
