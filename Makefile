# Everything one does with this repository. Go, Python 3 and make are enough.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Where the local stack lives; a second one beside it needs another PORT.
DIR   ?= .local
PORT  ?=
VENV  := .venv
STACK  = .build/stack -dir $(DIR) -venv $(VENV)
TOOL   = go tool -modfile=tools/go.mod

# One set of flags for everything, so that each package is compiled once: static
# binaries without paths or commits, and without Lambda's old RPC.
export CGO_ENABLED = 0
export GOFLAGS := $(strip $(filter-out -trimpath -buildvcs=false -tags=lambda.norpc,$(GOFLAGS)) -trimpath -buildvcs=false -tags=lambda.norpc)

# The functions' binaries. AWS wants linux; the template's default is arm64.
# `make up` builds for the machine it runs on.
LAMBDA_OS   ?= linux
LAMBDA_ARCH ?= arm64
LAMBDA_BIN   = .build/lambda-$(LAMBDA_OS)-$(LAMBDA_ARCH)
LAMBDA_GO    = GOOS=$(LAMBDA_OS) GOARCH=$(subst x86_64,amd64,$(LAMBDA_ARCH)) go build -ldflags "-s -w"

.PHONY: help
help: ## Show this
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo

##@ The local stack

.PHONY: up
up: .build/stack.built venv ## Start the whole system here and run a demo (PORT=, CLOCK_SCALE=)
	@$(STACK) up $(if $(PORT),-port $(PORT)) $(if $(CLOCK),-clock $(CLOCK)) $(if $(CLOCK_SCALE),-clock-scale $(CLOCK_SCALE))

.PHONY: down
down: .build/stack.built ## Stop it; its data stay
	@$(STACK) down

.PHONY: status
status: .build/stack.built ## Show what runs, and where
	@$(STACK) status

.PHONY: logs
logs: .build/stack.built ## Show the functions' logs (F=matcher: one; FOLLOW=1: go on)
	@$(STACK) logs $(if $(FOLLOW),-f) $(F)

# NAME and EMAIL stand in many people's environment for themselves; only what is
# given to make counts.
given = $(if $(findstring command,$(origin $(1))),$($(1)))

.PHONY: lead
lead: .build/stack.built ## Send a lead and follow it (SOURCE=, PHONE=, NAME=, EMAIL=, TAGS=)
	@$(STACK) lead -source "$(SOURCE)" -phone "$(PHONE)" -name "$(call given,NAME)" -email "$(call given,EMAIL)" -tags "$(TAGS)"

.PHONY: clean
clean: .build/stack.built ## Stop it and forget its data and all that was built
	@if [ -e $(DIR) ]; then $(STACK) clean; fi
	@for dir in $(TEST_DIR) $(BROWSER_DIR); do if [ -e $$dir ]; then .build/stack -dir $$dir clean; fi; done
	@rm -rf .build .aws-sam

##@ Checks

.PHONY: test
test: ## Lint, then every test: unit, property, Postgres, end to end on a stack of its own, in a browser
	@$(MAKE) --no-print-directory -j2 venv tools
	@$(MAKE) --no-print-directory .build/stack.built lint
	@$(MAKE) --no-print-directory dashboard-test
	@local/test.sh
	@local/browser.sh --project=tests --reporter=dot

.PHONY: unit
unit: venv .build/stack.built ## Test without the local stack (PKG=./internal/flow/...)
	@.build/stack -dir .local-unit -venv $(VENV) with-postgres -port $(UNIT_PORT) -- \
		$(TOOL) gotestsum --format testname -- $(or $(PKG),$$(go list ./... | grep -v -e /e2e -e /api/contract))

.PHONY: fuzz
fuzz: venv .build/stack.built ## Hold the API against its OpenAPI document for long, with new seeds (EXAMPLES=, SEED=)
	@CONTRACT_EXAMPLES=$(or $(EXAMPLES),300) CONTRACT_SEED=$(or $(SEED),random) \
		.build/stack -dir .local-unit -venv $(VENV) with-postgres -port $(UNIT_PORT) -- \
		go test -count=1 -v -timeout 24h -run TestTheAPIKeepsItsDocument ./api/contract

.PHONY: bench
bench: venv .build/stack.built ## Report speed: reads as the history grows (AEF_BENCH_MANY=5000000), leads and calls
	@.build/stack -dir .local-unit -venv $(VENV) with-postgres -port $(UNIT_PORT) -- \
		go test ./bench -run '^$$' -bench . -benchtime 1x -timeout 60m
	@local/figures.sh

.PHONY: lint
lint: venv dashboard-lint ## Lint Go, the dashboard and the template, and see that generated code is current
	@$(TOOL) golangci-lint run --allow-parallel-runners ./...
	@$(VENV)/bin/cfn-lint template.yaml
	@AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0 $(VENV)/bin/sam validate --lint
	@$(MAKE) --no-print-directory stale

.PHONY: fmt
fmt: ## Format Go
	@$(TOOL) golangci-lint fmt ./...

##@ The dashboard

.PHONY: dashboard
dashboard: .build/dashboard.built ## Build it (Node.js 20.19 or newer)

.PHONY: dashboard-dev
dashboard-dev: .build/dashboard.installed ## Serve it from its sources, with the API of the stack in DIR
	@cd dashboard && STACK_URL=$$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["api_url"])' $(abspath $(DIR))/stack.json) $(NPM) run dev

.PHONY: dashboard-test
dashboard-test: .build/dashboard.tested ## Test it, if it has changed

.PHONY: browser
browser: venv .build/stack.built .build/dashboard.installed ## Use it in a browser, on a stack of its own (ARGS= of playwright test)
	@local/browser.sh --project=tests $(ARGS)

.PHONY: screenshots
screenshots: venv .build/stack.built .build/dashboard.installed ## Take the pictures in docs/images (ONLY=pattern)
	@ONLY="$(ONLY)" local/browser.sh --project=screenshots $(ARGS)

.PHONY: dashboard-lint
dashboard-lint: .build/dashboard.linted ## Lint and type it, if it has changed

.PHONY: dashboard-types
dashboard-types: .build/dashboard.installed
	@cd dashboard && $(NPM) run types >/dev/null

##@ Building

.PHONY: build
build: venv ## Build what `sam deploy` deploys to AWS (LAMBDA_ARCH=arm64|x86_64)
	@$(MAKE) --no-print-directory functions
	@SAM_CLI_TELEMETRY=0 $(VENV)/bin/sam build --parameter-overrides Architecture=$(LAMBDA_ARCH)

.PHONY: generate
generate: venv ## Write generated code anew
	@$(VENV)/bin/sqlc generate
	@go generate ./...
	@$(MAKE) --no-print-directory dashboard-types

.PHONY: lock
lock: ## Pin the Python tools anew, with hashes, after a change of local/requirements.in
	@python3 -m venv .build/lock && .build/lock/bin/pip install -q pip-tools
	@.build/lock/bin/pip-compile -q --generate-hashes --allow-unsafe --no-strip-extras --no-header --annotation-style line \
		--no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o .build/lock.txt local/requirements.in
	@# Some versions of pip want a pin of a package both with its extras and without.
	@echo "# Written by make lock from requirements.in." > local/requirements.txt
	@awk '/^[^ #]/ { flush() } { block = block $$0 "\n" } END { flush() } \
		function flush(plain) { plain = block; if (sub(/^[^ =]*\[[^]]*\]/, "", plain)) { \
			match(block, /\[/); printf "%s", substr(block, 1, RSTART - 1) plain } printf "%s", block; block = "" }' \
		.build/lock.txt >> local/requirements.txt

# ---- What the targets above need ----

TEST_DIR    := .local-test
BROWSER_DIR := .local-browser
UNIT_PORT   ?= 17490

.PHONY: venv
venv: $(VENV)/installed

$(VENV)/installed: local/requirements.txt
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or newer is needed, as python3."; exit 1; }
	@echo "  Installing the Python tools into $(VENV) (once)"
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install -q --disable-pip-version-check --require-hashes -r local/requirements.txt
	@touch $@

# Built once and kept in Go's cache.
.PHONY: tools
tools:
	@$(TOOL) golangci-lint version >/dev/null
	@$(TOOL) gotestsum --version >/dev/null

# Go itself knows what has changed.
.PHONY: .build/stack.built
.build/stack.built:
	@command -v go >/dev/null || { echo "Go is needed: see go.mod for the version."; exit 1; }
	@go build -o .build/stack ./local/stack

# The dashboard's stamps stand for what was made of exactly these files. Where
# there is no Node.js, the functions are built all the same: the page that is
# committed in dashboard/dist says what is missing.
NPM             := npm --silent --no-update-notifier
DASHBOARD_FILES := $(shell find dashboard -path dashboard/node_modules -prune -o -path dashboard/dist -prune -o -path dashboard/browser -prune -o -type f -print | sort) api/openapi.yaml docs/guide.md $(wildcard docs/images/*.png)
BROWSER_FILES   := $(shell find dashboard/browser -type f | sort)
HAS_NODE        := $(shell node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || a == 20 && b >= 19 ? 0 : 1)' 2>/dev/null && echo yes)
ifneq ($(HAS_NODE),)
DASHBOARD_BUILT := .build/dashboard.built
endif

.build/dashboard.installed: dashboard/package-lock.json dashboard/.npmrc
	@[ -n "$(HAS_NODE)" ] || { echo "Node.js 20.19 or newer is needed for the dashboard."; exit 1; }
	@mkdir -p .build
	@cd dashboard && $(NPM) ci
	@touch $@

.build/dashboard.built: .build/dashboard.installed $(DASHBOARD_FILES)
	@cd dashboard && $(NPM) run build
	@touch $@

.build/dashboard.tested: .build/dashboard.installed $(DASHBOARD_FILES)
	@cd dashboard && $(NPM) test
	@touch $@

.build/dashboard.linted: .build/dashboard.installed $(DASHBOARD_FILES) $(BROWSER_FILES)
	@cp dashboard/src/api/schema.d.ts .build/dashboard.types
	@$(MAKE) --no-print-directory dashboard-types
	@cmp -s .build/dashboard.types dashboard/src/api/schema.d.ts || { \
		echo "dashboard/src/api/schema.d.ts was not current; it is now: commit it."; exit 1; }
	@cd dashboard && $(NPM) run lint && npx tsc --noEmit
	@touch $@

.PHONY: functions
functions: $(DASHBOARD_BUILT)
	@mkdir -p $(LAMBDA_BIN)
	@$(LAMBDA_GO) -o $(LAMBDA_BIN)/ ./functions/...

# Called by `sam build`, once per function and several at a time: WhatsAppFunction
# is functions/whatsapp. One of them has the dashboard in it.
build-DashboardFunction: $(DASHBOARD_BUILT)
build-%Function:
	@name=$$(echo '$*' | tr A-Z a-z); \
	$(LAMBDA_GO) -o $(LAMBDA_BIN)/$$name ./functions/$$name; \
	cp $(LAMBDA_BIN)/$$name "$(ARTIFACTS_DIR)/bootstrap"

.PHONY: stale
stale:
	@rm -rf .build/stale && mkdir -p .build/stale
	@cp -r internal/postgres/db .build/stale/before
	@$(VENV)/bin/sqlc generate
	@diff -r .build/stale/before internal/postgres/db >/dev/null || { \
		echo "internal/postgres/db was not current; it is now: commit it."; exit 1; }
	@cp api/openapi.yaml .build/stale
	@go generate ./api/...
	@cmp -s .build/stale/openapi.yaml api/openapi.yaml || { \
		echo "api/openapi.yaml was not current; it is now: commit it."; exit 1; }
