// Package migrations holds the database schema as goose migrations. They only
// ever go forward once they have landed.
package migrations

import "embed"

// Files are the migrations, in the order of their numbers.
//
//go:embed *.sql
var Files embed.FS
