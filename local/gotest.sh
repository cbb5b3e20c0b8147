#!/usr/bin/env bash
# Prints the test events of all packages for gotestsum: first those that need no
# stack, then the end-to-end tests, which have the machine to themselves.
set -uo pipefail
cd "$(dirname "$0")/.."

mapfile -t packages < <(go list ./... | grep -v '/e2e$')
status=0
go test -json -timeout 5m "${packages[@]}" || status=1
if [ -d e2e ]; then
	go test -json -count=1 -timeout 15m ./e2e || status=1
fi
exit "$status"
