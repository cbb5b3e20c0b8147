// Package dashboard holds the browser application's build. Until `make
// dashboard` has built it, dist holds only a page that says so, and the module
// compiles all the same.
package dashboard

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the build: index.html, hashed files under assets, and beside each
// text its .br and .gz.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is constant
	}
	return files
}
