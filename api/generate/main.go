// Command generate writes api/openapi.yaml, the OpenAPI document of the HTTP
// API, from the operations of internal/rest.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/auto-engagement/flows/internal/rest"
)

//go:generate go run . ../openapi.yaml

const header = "# Written by `make generate` from the operations in internal/rest; not edited by hand.\n"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: generate <file>")
	}
	document, err := rest.Document().YAML()
	if err != nil {
		return fmt.Errorf("encode the document: %w", err)
	}
	return os.WriteFile(args[0], append([]byte(header), document...), 0o600)
}
