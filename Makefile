# `make demo` and `make test` need nothing but Python, a C++ compiler, cmake and make.

ROBOT ?= widowx
CHECKPOINT ?=
SEED ?= 0
PYTHON_VENV := .venv/bin/python

.PHONY: help env demo test proof proof-data lint colcon clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

env: ## make .venv/ and build the messages; nothing to do when both are up to date
	@requirements/make_env.sh

demo: env ## a simulated arm obeys: video, bag, dataset and report in demo/ (ROBOT=widowx|franka|fr3|ur5|ur5e)
	@$(PYTHON_VENV) -m octo_ros demo --robot $(ROBOT) --seed $(SEED) $(if $(CHECKPOINT),--checkpoint $(CHECKPOINT))

# In real time one at a time, the rest two at a time.
test: env lint ## lint, types, all tests
	@export OMP_NUM_THREADS=1; failed=0; \
	$(PYTHON_VENV) -m pytest -m 'not ros and not proof and not tensorflow' -n 2 --dist worksteal || failed=1; \
	$(PYTHON_VENV) -m pytest -m 'ros and not proof' || failed=1; exit $$failed

proof: env ## the long tests, whose figures are in docs/ (many minutes)
	@OMP_NUM_THREADS=1 $(PYTHON_VENV) -m pytest -m proof --timeout 3600 -o faulthandler_timeout=3660

proof-data: ## TensorFlow and Apache Beam read and make datasets, in .venv-tensorflow/ (3 GB)
	@requirements/make_tensorflow_env.sh
	@TF_CPP_MIN_LOG_LEVEL=2 .venv-tensorflow/bin/python -m pytest -m '' \
		test/data_pipeline/readback test/data_pipeline/conversion/test_beam.py

lint: env ## ruff and mypy
	@.venv/bin/ruff check octo_ros launch test benchmarks setup.py
	@.venv/bin/ruff format --check octo_ros launch test benchmarks setup.py
	@$(PYTHON_VENV) -m mypy

colcon: env ## colcon build and test, as in a workspace; both packages must be ROS packages, tests must run
	@.ci/colcon.sh

clean: ## remove everything that was made
	rm -rf .venv .venv-tensorflow build install log demo
