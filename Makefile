# What people type. The work is done by scripts/ (this machine) and xtask/ (the build).
#
# Compiled dependencies are kept in $(HOME)/.cache/relay, outside the clone, so that a fresh clone does not compile them
# again; RELAY_CACHE=DIR puts them elsewhere.

.DEFAULT_GOAL := help
.PHONY: help run build test bench soak corpus

XTASK := scripts/xtask

help:
	@echo "make run      start Relay for development on http://127.0.0.1:3000 (ARGS=\"--listen 127.0.0.1:4000\")"
	@echo "make build    one self-contained binary: dist/relay"
	@echo "make test     every check; installs a browser and PostgreSQL when they are missing"
	@echo "make bench    the measurements, each beside its reference"
	@echo "make soak     the long rounds: 1,000 kills on each database, 30 minutes of each fuzz target; adds to docs/soak.md"
	@echo "make corpus   published workflows, compared with what is known of them (CORPUS=DIR)"

run:
	@scripts/setup.sh build
	@$(XTASK) run $(ARGS)

build:
	@scripts/setup.sh build
	@$(XTASK) build

test:
	@scripts/setup.sh test
	@$(XTASK) test

bench:
	@scripts/setup.sh bench
	@$(XTASK) bench

soak:
	@scripts/setup.sh test
	@$(XTASK) soak

corpus:
	@scripts/setup.sh build
	@$(XTASK) corpus
