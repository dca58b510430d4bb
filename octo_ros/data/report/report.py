# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a conversion: what was kept, dropped and found, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.data.report.checks.all_checks import CHECKS
from octo_ros.data.report.finding import Finding, Severity
from octo_ros.data.report.measured import Measured, measure
from octo_ros.data.report.page import write_whole
from octo_ros.data.report.tables import findings_table, report_table
from octo_ros.data.report.to_html import to_html
from octo_ros.data.report.to_json import to_json_values

if TYPE_CHECKING:
    from rich.console import Group

    from octo_ros.data.report.facts import ConversionFacts


@dataclass(frozen=True)
class Report:
    """A whole conversion.

    Attributes:
        measured: Its facts and figures.
        findings: What the checks found, the worst first.
    """

    measured: Measured
    findings: tuple[Finding, ...]

    @property
    def facts(self) -> ConversionFacts:
        """What the conversion knows."""
        return self.measured.facts

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that make the command fail unless errors are allowed."""
        return self.of(Severity.ERROR)

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    def to_json(self) -> str:
        """The report as JSON text; NaN never occurs in it."""
        values = to_json_values(self.measured, self.findings)
        return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + '\n'

    def to_html(self) -> str:
        """The report as one page that needs no other file."""
        return to_html(self.measured, self.findings)

    def write(self, directory: Path) -> None:
        """Write `report.json` and `report.html`; each appears only when it is complete.

        Raises:
            OSError: The directory cannot be written.
        """
        write_whole(directory / 'report.json', self.to_json())
        write_whole(directory / 'report.html', self.to_html())

    def table(self) -> Group:
        """Rows of recorded episodes and findings for a rich console, the first few of many."""
        from rich.console import Group

        tables = [report_table(self.facts)]
        if self.findings:
            tables.append(findings_table(self.findings))
        return Group(*tables)


def build_report(facts: ConversionFacts) -> Report:
    """Measure and check a conversion."""
    measured = measure(facts)
    found = [finding for check in CHECKS for finding in check(measured)]
    return Report(measured, tuple(sorted(found, key=lambda finding: finding.severity.rank)))
