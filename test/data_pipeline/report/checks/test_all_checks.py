# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import importlib
import inspect
import pkgutil

from octo_ros.data.report import checks
from octo_ros.data.report.checks.all_checks import CHECKS


def test_every_check_is_run():
    names = [module.name for module in pkgutil.iter_modules(checks.__path__)]
    modules = [importlib.import_module(f'{checks.__name__}.{name}') for name in names]
    written = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if name.startswith('check_')
    }
    assert set(CHECKS) == written
    assert len(CHECKS) == len(written)


def test_nothing_is_found_in_a_good_dataset(make):
    measured = make.measured([make.episode(parts=[make.part(make.proprio(100))])])
    assert [finding for check in CHECKS for finding in check(measured)] == []


def test_an_empty_dataset_breaks_no_check(make):
    measured = make.measured([], split_episodes={})
    codes = {finding.code for check in CHECKS for finding in check(measured)}
    assert codes == {'no_train_split', 'no_val_split'}
