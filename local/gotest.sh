#!/usr/bin/env bash
# Prints the test events of all packages for gotestsum: first those that need no
# stack, then the contract and end-to-end tests, which have the machine to themselves.
set -uo pipefail
cd "$(dirname "$0")/.."

status=0
go list ./... | grep -v -e '/e2e$' -e '/api/contract$' | xargs go test -json -timeout 5m || status=1
go test -json -count=1 -timeout 15m ./api/contract || status=1
go test -json -count=1 -timeout 15m ./e2e || status=1
exit "$status"
