#!/usr/bin/env bash
# Fetches Swagger UI anew, after a change of the version and the sum; needs npm.
set -euo pipefail
cd "$(dirname "$0")"

version=5.35.0
sum=1b8e891893404ea4c3558b6a87e2a3e494e7eedba41168c2ece5800a391a6ea6

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "swagger-ui-dist@$version" >/dev/null)
echo "$sum  $work/swagger-ui-dist-$version.tgz" | sha256sum --check --quiet
tar -xzf "$work/swagger-ui-dist-$version.tgz" -C "$work"
for file in swagger-ui-bundle.js swagger-ui.css; do
  gzip -9nc "$work/package/$file" > "assets/$file.gz"
done
cp "$work/package/LICENSE" "$work/package/NOTICE" "$work/package/swagger-ui-bundle.js.LICENSE.txt" assets/
