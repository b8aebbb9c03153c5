# The only entry. `make` alone prints what there is.
#   ARGS="…"   handed on to parlor (run, bench)
#   ONLY="…"   only these steps of check or test, by name

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# One build directory for all clones on this machine; finished binaries go to each clone's target/
# (docs/decisions/0004-shared-build-directory.md).
export CARGO_BUILD_BUILD_DIR ?= $(HOME)/.cache/parlor/target
# The Python packages of the tests.
export PATH := $(HOME)/.cache/parlor/venv/bin:$(PATH)

PAGE_SOURCES := $(shell find clients/typescript web -type f \
	-not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)

.PHONY: help run test check fmt bench web docs

help: ## print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

run: ## build Parlor and serve it on http://127.0.0.1:8080
	@scripts/setup run
	@$(MAKE) --no-print-directory web || echo "The page could not be built: serving without it."
	cargo run --release --locked --package parlor -- serve $(ARGS)

test: ## run all tests (installs what is missing)
	@if scripts/setup test && cargo build --quiet --locked --package xtask; then \
	  cargo xtask steps test $(ONLY); \
	else \
	  echo "set-up failed: no test was run"; echo "0 passed, 1 failed"; exit 1; \
	fi

check: ## format, lints, house rules, licences, fresh docs
	@scripts/setup check
	@cargo xtask steps check $(ONLY)

fmt: ## format all sources
	@scripts/setup check
	cargo fmt --all
	npm --prefix clients/typescript run fmt
	npm --prefix web run fmt
	npm --prefix examples/sveltekit-scoreboard run fmt
	npm --prefix examples/nextjs-nommie run fmt

bench: ## measure: make bench ARGS="stadium --help"
	cargo run --release --locked --package parlor -- bench $(ARGS)

web: $(if $(shell type -P npm),web/dist/index.html) ## build the page that the server carries
	@$(if $(shell type -P npm),true,echo "Node is missing: the page is not built.")

web/dist/index.html: $(PAGE_SOURCES)
	@scripts/setup run
	npm --prefix web run build
	@touch $@

docs: ## write the generated tables anew, and the API pages of the crates
	cargo xtask docs
	cargo doc --workspace --no-deps --locked
