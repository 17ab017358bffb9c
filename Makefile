# Two commands do everything: `make run` and `make test`. Each step is a script in ci/.
.PHONY: run test quick nightly bench format laws accept clean

run:
	@ci/demo

test:
	@ci/test

# Before a commit: format, arrows, core tests, goldens on SQLite
quick:
	@ci/quick

# More random histories for the laws: make laws N=1000 [SEED=1]
N ?= 1000
SEED ?= 1
laws:
	@AFTERWORD_LAWS=$(N) AFTERWORD_LAW_SEED=$(SEED) swift test --filter LawTests

# What takes too long for every change: 100 crashes, 2,000 random histories
nightly:
	@ci/nightly

# A release build against named peers, in one run: make bench [REVIEWS=100000]
bench:
	@ci/bench

format:
	@swift format --configuration .swift-format --in-place --recursive Sources Tests Package.swift

# Take what comes out of a golden case as golden: make accept CASE=first-load
accept:
	@swift run afterword verify accept $(CASE)

clean:
	@rm -rf .build reports
