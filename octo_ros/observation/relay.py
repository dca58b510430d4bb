# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One camera on its way over a network: which frames go, how they are encoded, what is lost."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from octo_ros.config import config_dataclass
from octo_ros.observation.byte_budget import ByteBudget
from octo_ros.observation.encoding import QUALITY, Encoded, encode_png, fit_jpeg, own_jpeg
from octo_ros.observation.images import decode, resize
from octo_ros.observation.thinning import FrameThinner

if TYPE_CHECKING:
    from octo_ros.embodiment import Camera
    from octo_ros.observation import messages


@config_dataclass
class RelayOptions:
    """How frames are sent; the same for every camera."""

    format: Annotated[
        Literal['jpeg', 'png'],
        Field(description='jpeg: as datasets hold them; png: without loss, 3 to 4 times as large'),
    ] = 'jpeg'
    quality: Annotated[
        int, Field(ge=1, le=100, description='Best quality of jpeg; less where it does not fit')
    ] = QUALITY
    max_rate: Annotated[
        float, Field(gt=0, le=60, description='Most frames per second and camera [Hz]')
    ] = 15.0
    max_bytes_per_second: Annotated[
        int, Field(ge=10_000, le=1_000_000_000, description='Most bytes in any second, per camera')
    ] = 1_000_000


class Fate(Enum):
    """What becomes of a frame that arrived; every frame has exactly one, told in these words."""

    SENT = 'sent'
    THINNED = 'left out: more than max_rate'
    HELD_BACK = 'left out: byte budget'
    LATE = 'dropped: a newer one came first'
    UNREADABLE = 'unreadable'
    UNREAD = 'left out: nobody reads'


class CameraRelay:
    """Decides frame by frame and keeps count.

    For a frame that is to go, `offer` is called first, then `encode`, then `finish`; `encode`
    keeps no state, so it may run in another thread.

    Args:
        camera: Topic and size of the contract.
        options: Format, rate, budget.

    Attributes:
        fates: How many frames met which fate.
        bytes_sent: Sum of all that was sent.
        frame_bytes: Size of the last encoded frame.
        lowest_quality: Of the JPEGs sent since it was last set to None.
        reason: Why the last unreadable frame was so.
    """

    def __init__(self, camera: Camera, options: RelayOptions) -> None:
        self._camera = camera
        self._options = options
        self._thinner = FrameThinner(options.max_rate)
        self._budget = ByteBudget(options.max_bytes_per_second)
        # Jitter may push one more frame into a second than the rate says.
        self._share = int(options.max_bytes_per_second / (options.max_rate + 1))
        self.fates: Counter[Fate] = Counter()
        self.bytes_sent = 0
        self.frame_bytes = 0
        self.lowest_quality: int | None = None
        self.reason = ''

    def offer(self, stamp_ns: int, now_ns: int) -> bool:
        """Whether a frame that has arrived is to be encoded; if not, it is counted.

        Args:
            stamp_ns: Its header stamp [ns].
            now_ns: Of a clock that never goes back, as the network's seconds do [ns].
        """
        if not self._thinner.wants(stamp_ns):
            self.fates[Fate.THINNED] += 1
        elif not self._budget.opens_for(self.frame_bytes, now_ns):
            # Not taken: the next frame of the camera tries again, not the next that is due.
            self.fates[Fate.HELD_BACK] += 1
        else:
            self._thinner.take(stamp_ns)
            return True
        return False

    def encode(self, message: messages.Image | messages.CompressedImage) -> Encoded:
        """Decode, resize as the policy would, encode.

        A JPEG that the camera itself made in the contract's size goes on as it is, if it fits:
        encoding it again would only lose more.

        Raises:
            ObservationError: The message holds no image.
        """
        camera = self._camera
        image = resize(decode(message, camera.topic), camera.height, camera.width)
        own = own_jpeg(message, camera.height, camera.width)
        if own is not None and len(own) <= self._share:
            return Encoded(own, None)
        if self._options.format == 'png':
            return Encoded(encode_png(image), None)
        return fit_jpeg(image, self._options.quality, self._share)

    def finish(self, encoded: Encoded, now_ns: int) -> bool:
        """Whether an encoded frame may be sent now; it is counted either way."""
        self.frame_bytes = len(encoded.data)
        if not self._budget.spend(self.frame_bytes, now_ns):
            self.fates[Fate.HELD_BACK] += 1
            return False
        self.fates[Fate.SENT] += 1
        self.bytes_sent += self.frame_bytes
        if encoded.quality is not None:
            self.lowest_quality = min(encoded.quality, self.lowest_quality or encoded.quality)
        return True

    def lose(self, fate: Fate, reason: str = '') -> None:
        """A frame will not be sent, for a reason that only others know."""
        self.fates[fate] += 1
        self.reason = reason or self.reason
