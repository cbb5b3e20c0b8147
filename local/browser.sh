#!/usr/bin/env bash
# Runs the browser tests named by the arguments (of `playwright test`) on a stack
# of their own, in real time; called by `make browser` and `make screenshots`.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=.local-browser
stack=(.build/stack -dir "$dir" -venv .venv)

end() {
	status=$?
	trap - EXIT INT TERM
	"${stack[@]}" down >/dev/null 2>&1 || true
	exit "$status"
}
trap end EXIT INT TERM

# Playwright's own browser or one of this machine; else the first that can be had.
found() {
	local own
	own=$(cd dashboard && node -p 'require("@playwright/test").chromium.executablePath()')
	[ -n "${CHROMIUM:-}" ] || [ -e "$own" ] || command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null
}
if ! found; then
	echo "  Installing Chromium (once)"
	(cd dashboard && npx --no playwright install chromium) >/dev/null 2>&1 ||
		{ [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; } >/dev/null 2>&1 ||
		{ echo "Chromium is needed to test the dashboard: install it, or name one by CHROMIUM."; exit 1; }
fi

if [ -e "$dir" ]; then "${stack[@]}" clean >/dev/null; fi
"${stack[@]}" up -port "${BROWSER_PORT:-17600}" -demo=false

export AEF_STACK_JSON=$PWD/$dir/stack.json AEF_STACK_BIN=$PWD/.build/stack
cd dashboard
npm --silent --no-update-notifier run browser -- "$@"
