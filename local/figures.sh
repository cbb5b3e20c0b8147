#!/usr/bin/env bash
# Leads and calls on a stack of their own, which does nothing else; called by `make bench`.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=.local-test
stack=(.build/stack -dir "$dir" -venv .venv)
trap '"${stack[@]}" down >/dev/null 2>&1' EXIT
if [ -e "$dir" ]; then "${stack[@]}" clean >/dev/null; fi
"${stack[@]}" up -port "${TEST_PORT:-17500}" -demo=false -clock-scale 60
AEF_FIGURES=1 AEF_STACK_JSON=$PWD/$dir/stack.json AEF_STACK_BIN=$PWD/.build/stack \
	go test -count=1 -timeout 20m -run TestFigures -v ./e2e
