# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The original's process, seen from original_octo.py.

`octo_ros.benchmark.remote` needs the same interpreter at both ends; this one talks JSON.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from octo_ros.errors import PolicyError

_SCRIPT = Path(__file__).resolve().with_name('original_octo_jax.py')
_LAST_WORDS = 25  # lines
_PATIENCE = 10.0  # s, for the process to end


class OriginalProcess:
    """Runs original_octo_jax.py, which waits without computing between calls; a context manager.

    Args:
        python: Interpreter that has JAX.
        source: Checkout of the original.
    """

    def __init__(self, python: Path, source: Path) -> None:
        self._words = tempfile.TemporaryFile('w+', errors='replace')  # noqa: SIM115
        self._process = subprocess.Popen(
            [str(python), str(_SCRIPT), '--source', str(source)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            # Packages that were added for this interpreter are of no use to the other.
            env={name: os.environ[name] for name in os.environ if name != 'PYTHONPATH'},
            text=True,
        )

    def __enter__(self) -> 'OriginalProcess':
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, *arguments: object) -> Any:
        """A method of `original_octo_jax.Original`; arguments and result are of JSON's types.

        Raises:
            PolicyError: The process ended; the message has what it said last.
        """
        try:
            self._process.stdin.write(json.dumps([method, *arguments]) + '\n')
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ''
        if not answer:
            raise PolicyError(self._last_words())
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        try:
            self._process.communicate(timeout=_PATIENCE)  # closes its input, which ends it
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._words.close()

    def _last_words(self) -> str:
        status = self._process.wait()
        self._words.seek(0)
        words = ''.join(self._words.readlines()[-_LAST_WORDS:])
        return (
            f'The process of the original ended with status {status} (-9 mostly means that the '
            f'memory was not enough; --help tells which packages it needs). It said:\n{words}'
        )
