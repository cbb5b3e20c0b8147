// Command generate writes api/openapi.yaml, the OpenAPI document of the HTTP
// API, from the operations of internal/rest.
package main

import (
	"fmt"
	"os"

	"github.com/auto-engagement/flows/internal/rest"
)

//go:generate go run .

// Seen from the directory of this file, where go generate runs it.
const target = "../openapi.yaml"

const header = "# Written by `make generate` from the operations in internal/rest; not edited by hand.\n"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	document, err := rest.Document().YAML()
	if err != nil {
		return fmt.Errorf("encode the document: %w", err)
	}
	return os.WriteFile(target, append([]byte(header), document...), 0o600)
}
