package testdb

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"

	"github.com/auto-engagement/flows/migrations"
)

// schemaHash names the schema: it changes with any migration.
func schemaHash() string {
	sum := sha256.New()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for _, name := range names {
		body, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			panic(err) // embedded
		}
		sum.Write([]byte(name))
		sum.Write(body)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
