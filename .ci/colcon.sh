#!/usr/bin/env bash
# Build and test both packages with colcon, in directories of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck disable=SC1091
. .venv/setup.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

listed=$(colcon --log-base "$work/log" list)
echo "$listed"
for package in octo_ros:ros.ament_python octo_ros_msgs:ros.ament_cmake; do
  echo "$listed" | grep -qE "^${package%%:*}[[:space:]].*\(${package##*:}\)$" ||
    { echo "colcon does not see ${package%%:*} as ${package##*:}" >&2; exit 1; }
done

bases=(--build-base "$work/build" --install-base "$work/install")
colcon --log-base "$work/log" build "${bases[@]}" --cmake-args -DBUILD_TESTING=OFF
for file in launch/octo.launch.py config/octo.yaml config/robots/widowx.yaml config/robots/models/widowx.yaml config/sim/widowx.yaml; do
  [ -f "$work/install/octo_ros/share/octo_ros/$file" ] || { echo "$file is not installed" >&2; exit 1; }
done
[ -x "$work/install/octo_ros/lib/octo_ros/policy_node" ] || { echo "policy_node is not installed" >&2; exit 1; }

# The whole suite runs under plain pytest; here it must only be seen that colcon runs tests at all.
colcon --log-base "$work/log" test "${bases[@]}" --packages-select octo_ros --pytest-args test/test_layering.py test/test_geometry.py
summary=$(colcon --log-base "$work/log" test-result --test-result-base "$work/build" --all | tail -n 1)
echo "$summary"
echo "$summary" | grep -qE 'Summary: [1-9][0-9]* tests, 0 errors, 0 failures' ||
  { echo "colcon test ran no test, or some failed" >&2; exit 1; }
