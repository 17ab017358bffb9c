# The two main commands are `make run` and `make test`. Each step is a script in ci/.
.PHONY: run test nightly bench format laws accept clean

run:
	@ci/demo

test:
	@ci/test

# Run the law tests on more random histories: make laws N=1000 [SEED=1]
N ?= 1000
SEED ?= 1
laws:
	@AFTERWORD_LAWS=$(N) AFTERWORD_LAW_SEED=$(SEED) swift test --filter LawTests

# Checks that take too long for every change, such as 100 crashes and 2,000 random histories
nightly:
	@ci/nightly

# Benchmark a release build against named competitors: make bench [REVIEWS=100000]
bench:
	@ci/bench

format:
	@swift format --configuration .swift-format --in-place --recursive Sources Tests Package.swift

# Accept the actual results of a golden case as its golden files: make accept CASE=first-load
accept:
	@swift run afterword verify accept $(CASE)

clean:
	@rm -rf .build reports
