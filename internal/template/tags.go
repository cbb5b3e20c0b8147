package template

import (
	"errors"
	"io"

	"github.com/osteele/liquid/expressions"
	"github.com/osteele/liquid/render"
)

// compileInclude refuses the library's include, which reads files.
func compileInclude(string) (func(io.Writer, render.Context) error, error) {
	return nil, errors.New("include is not allowed")
}

// compileCycle replaces the library's cycle, which is not safe for two
// renderings of one template at once.
func compileCycle(args string) (func(io.Writer, render.Context) error, error) {
	stmt, err := expressions.ParseStatement(expressions.CycleStatementSelector, args)
	if err != nil {
		return nil, err
	}
	group, texts := stmt.Group, stmt.Values
	return func(w io.Writer, ctx render.Context) error {
		loop, _ := ctx.Get("forloop").(map[string]any)
		turns, ok := loop[".cycles"].(map[string]int)
		if !ok {
			return errors.New("cycle must be within a for loop")
		}
		n := turns[group]
		turns[group]++
		_, err := io.WriteString(w, texts[n%len(texts)])
		return err
	}, nil
}
