# Lanyard is built, tested and run from here. `make` alone lists the targets.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
BINARY  := bin/lanyard
LINT    := go tool -modfile=tools/go.mod golangci-lint
AUDIT   := go tool -modfile=tools/go.mod govulncheck
FUZZTIME ?= 1m
BENCH_N  ?= 100000

# How long the longest suites run by themselves, and how much shorter within `make test`.
CRASH_ROUNDS ?= 100
WALK ?= 20000
LINEARIZABLE_TIME ?= 1m
LINEARIZABLE_POSTGRES_TIME ?= $(LINEARIZABLE_TIME)
test: CRASH_ROUNDS = 20
test: WALK = 2000
test: LINEARIZABLE_POSTGRES_TIME = 20s

# Packages with tests that need more than Go; the tag names the kind. node_modules is npm's.
tagged = $$(grep -rl --include='*_test.go' --exclude-dir=node_modules '^//go:build $(1)$$' . | xargs -n 1 dirname | sort -u)

# The steps use every core themselves, and the cheap ones are to fail first.
.NOTPARALLEL:
.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build and start the server with its defaults
	$(BINARY) serve

# The version is stamped from git above, so that a build needs no repository that git trusts.
.PHONY: build
build: ## Build bin/lanyard
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$(VERSION)" -o $(BINARY) ./cmd/lanyard

.PHONY: test
test: deps verify lint unit clients crash linearizable hostile walk postgres ## Install what the tests need, then verify, lint and run all tests

.PHONY: deps
deps: ## Install what the tests need (as root), or say what to install
	@scripts/install-test-deps

.PHONY: verify
verify: ## Prove that generated files, modules and formatting are current
	@scripts/verify

.PHONY: lint
lint: ## Run golangci-lint over everything, and check the structure of the code
	$(LINT) run ./...
	go test ./test/architecture

# The race detector looks at all Go code but SQLite's, which is C made into Go: each connection is one goroutine's at a
# time, which the driver's code shows it. With SQLite's the tests take almost twice as long.
sqlite = modernc.org/sqlite/lib modernc.org/libc/... modernc.org/memory
unwatched = $(foreach package,$(sqlite),-gcflags='$(package)=-race=false -d=checkptr=0')

# Some packages mostly wait, so that one more than there are cores is tested at a time. Without the setting each
# program with the race detector, also a command that a test runs, sleeps for a second at its end. Linking takes less
# time without what debuggers need (-w). With -trimpath another clone finds what this one compiled. The packages that
# take longest begin first. Lint tests the structure of the code.
longest = ./test/actions ./internal/export ./internal/families/compute
.PHONY: unit
unit: ## Run the Go tests with the race detector, fuzz seeds included
	@scripts/install-test-deps unit
	GORACE=atexit_sleep_ms=0 go test -race -trimpath -ldflags=-w $(unwatched) -p $$(($$(nproc) + 1)) \
		$(longest) $$(go list ./... | grep -v /test/architecture)

.PHONY: clients
clients: build ## Drive the built binary with the AWS CLI, boto3, Ansible and the JavaScript and Go SDKs
	@scripts/install-test-deps clients
	LANYARD_BIN=$(CURDIR)/$(BINARY) go test -tags clients -count=1 -timeout 30m $(call tagged,clients)

crash = go test -tags crash -count=1 -timeout 1h -v ./test/crash -rounds $(CRASH_ROUNDS)

# On PostgreSQL without the tests of the disk, which is SQLite's alone.
.PHONY: crash
crash: build ## Kill the built binary amid writes, CRASH_ROUNDS (100) times on each store
	@scripts/install-test-deps
	LANYARD_BIN=$(CURDIR)/$(BINARY) $(crash)
	LANYARD_BIN=$(CURDIR)/$(BINARY) go run ./test/pgtest/with $(crash) -run '^TestKill'

.PHONY: linearizable
linearizable: build ## Check that what many clients see is linearizable, for LINEARIZABLE_TIME (1m) on each store
	@scripts/install-test-deps
	LANYARD_BIN=$(CURDIR)/$(BINARY) go test -tags linearizable -count=1 -timeout 1h -v ./test/linearizable \
		-sqlite $(LINEARIZABLE_TIME) -postgres $(LINEARIZABLE_POSTGRES_TIME)

walk = go test -count=1 -timeout 1h -v ./test/actions -run '^TestActions_walkAtRandom$$' -walk $(WALK) -seed $(SEED)

# Another seed takes other calls.
SEED ?= 1
.PHONY: walk
walk: ## Take WALK (20000) random calls over all families, on two time scales and each store
	@scripts/install-test-deps
	$(walk)
	$(walk) -tags postgres

.PHONY: hostile
hostile: build ## Attack and overload the built binary and see that it serves everybody else
	LANYARD_BIN=$(CURDIR)/$(BINARY) go test -tags hostile -count=1 -timeout 30m $(call tagged,hostile)

.PHONY: postgres
postgres: build ## Repeat the tests of the store and the clients on a PostgreSQL server of their own, and run replicas
	@scripts/install-test-deps
	LANYARD_BIN=$(CURDIR)/$(BINARY) go test -tags postgres -count=1 $(call tagged,postgres)
	LANYARD_BIN=$(CURDIR)/$(BINARY) go run ./test/pgtest/with go test -tags clients -count=1 -timeout 30m ./test/clients/...

# It answers 0 only where the database was reached and nothing was found.
.PHONY: audit
audit: ## Look for known vulnerabilities in the code and its modules; needs https://vuln.go.dev
	@$(AUDIT) ./... || { code=$$?; \
		[ $$code -eq 3 ] || echo "audit: this was no audit: see above whether https://vuln.go.dev is out of reach" >&2; exit $$code; }

# The machine runs `make test`, or the targets of FRESH; WARM=1 shares this machine's caches of Go with it.
FRESH ?= test
.PHONY: fresh
fresh: ## Run the README's two commands on a bare Debian 12 in a folder; needs root
	@scripts/fresh $(FRESH)

.PHONY: fuzz
fuzz: ## Run each fuzz target for FUZZTIME (1m)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz

# It needs Java, Rust and other tools, and gets packages of many registries. SDKS has the names of those to run, all if it
# is empty; a run of all writes docs/clients.md.
.PHONY: sdks
sdks: build ## Run each SDK and program that can be had (SDKS names some of them), and write docs/clients.md
	LANYARD_BIN=$(CURDIR)/$(BINARY) SDKS="$(SDKS)" go test -tags sdks -count=1 -timeout 2h -v ./test/sdks $(if $(SDKS),,-update)

.PHONY: bench
bench: build ## Run the benchmarks, allocations included, and measure the table of docs/performance.md
	@scripts/install-test-deps
	go test -run '^$$' -bench . -benchmem ./...
	go run ./test/bench -binary $(BINARY) -n $(BENCH_N)

.PHONY: generate
generate: ## Rewrite the generated files
	go generate ./...

.PHONY: clean
clean: ## Remove what was built, and what npm and others installed
	rm -rf bin test/clients/js/node_modules $(addprefix test/sdks/*/,.venv node_modules target .bin .gopath)
