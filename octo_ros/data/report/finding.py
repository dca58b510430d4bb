# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a check found: how bad, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

SHOWN_PLACES = 4


class Severity(str, Enum):
    """How bad a finding is, the worst first."""

    ERROR = 'error'
    WARNING = 'warning'
    NOTE = 'note'

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know about a dataset.

    Attributes:
        severity: An error makes the conversion fail unless errors are allowed.
        code: Name of what was found; stable, for programs.
        places: Episodes, topics or instructions that it is about, the worst first; empty if it is
            about the dataset as a whole.
        sentence: What was found, with the value of the worst place.
        threshold: The limit that was passed, in words; empty if there is none.
        remedy: What to do; empty if nothing needs to be done.
    """

    severity: Severity
    code: str
    places: tuple[str, ...]
    sentence: str
    threshold: str = ''
    remedy: str = ''

    @property
    def where(self) -> str:
        """The places in words, the first few by name."""
        if not self.places:
            return 'whole dataset'
        shown = ', '.join(self.places[:SHOWN_PLACES])
        more = len(self.places) - SHOWN_PLACES
        return f'{shown} and {more} more' if more > 0 else shown
