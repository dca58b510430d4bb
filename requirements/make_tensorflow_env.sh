#!/usr/bin/env bash
# Make .venv-tensorflow/ below the repository root, in which `make proof-data` reads datasets back; do nothing when it is
# up to date. It needs neither ROS nor PyTorch. PYTHON names the interpreter (default: python3, 3.10 to 3.12).
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
stamp=.venv-tensorflow/octo_ros.stamp
want="$("$python" -c 'import sys; print(sys.version)' | tr '\n' ' ')$(cat requirements/tensorflow.txt requirements/make_tensorflow_env.sh | sha256sum)"
[ "$(cat $stamp 2>/dev/null)" != "$want" ] || exit 0
echo "[env] creating .venv-tensorflow ($("$python" --version)); this takes a few minutes once"
rm -rf .venv-tensorflow
"$python" -m venv .venv-tensorflow
.venv-tensorflow/bin/pip install --quiet --disable-pip-version-check -r requirements/tensorflow.txt
echo "$want" > $stamp
