#!/usr/bin/env bash
# Every test, on a stack of its own beside any that runs; called by `make test`.
# One gotestsum counts them all, and prints its closing line last.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=.local-test
port=${TEST_PORT:-17500}
stack=(.build/stack -dir "$dir" -venv .venv)

end() {
	status=$?
	trap - EXIT INT TERM
	"${stack[@]}" down >/dev/null 2>&1 || true
	exit "$status"
}
trap end EXIT INT TERM

# A minute of the flows lasts a second. Each run starts from nothing, and leaves its logs in $dir.
if [ -e "$dir" ]; then "${stack[@]}" clean >/dev/null; fi
"${stack[@]}" up -port "$port" -demo=false -clock-scale 60

export AEF_STACK_JSON=$PWD/$dir/stack.json AEF_STACK_BIN=$PWD/.build/stack
.build/stack -dir .local-unit -venv .venv with-postgres -port "$((port + 9))" -- \
	go tool -modfile=tools/go.mod gotestsum --format "${GOTESTSUM_FORMAT:-pkgname-and-test-fails}" --raw-command -- local/gotest.sh
