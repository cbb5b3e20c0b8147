package template

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/osteele/liquid/expressions"
	"github.com/osteele/liquid/filters"
	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/tags"
)

// maxCached bounds the sources whose parsed form is kept, in bytes.
const maxCached = 8 << 20

// engine parses and renders templates, for plain text or for HTML.
type engine struct {
	cfg     render.Config
	html    bool
	filters map[string]bool

	mu     sync.Mutex
	cached map[string]render.Node
	bytes  int
}

func newEngine(html bool) *engine {
	e := &engine{cfg: render.NewConfig(), html: html, filters: map[string]bool{}, cached: map[string]render.Node{}}
	dictionary := guardedFilters{cfg: &e.cfg, known: e.filters}
	filters.AddStandardFilters(dictionary)
	dictionary.addOwn(html)
	tags.AddStandardTags(e.cfg)
	e.cfg.AddTag("include", compileInclude)
	e.cfg.AddTag("cycle", compileCycle)
	e.cfg.AddTag(outTag, e.compileOut)
	e.cfg.AddTag(tickTag, compileTick)
	e.cfg.AddTag(keepTag, compileKeep)
	return e
}

// parse returns the parsed form of a template, from the cache when it is there.
func (e *engine) parse(source string) (node render.Node, err error) {
	e.mu.Lock()
	node, ok := e.cached[source]
	e.mu.Unlock()
	if ok {
		return node, nil
	}
	defer func() {
		if r := recover(); r != nil {
			node, err = nil, errors.New("the template has a syntax error")
		}
	}()
	rewritten, err := e.rewrite(source)
	if err != nil {
		return nil, err
	}
	node, failed := e.cfg.Compile(rewritten, parser.SourceLoc{LineNo: 1})
	if failed != nil {
		return nil, fmt.Errorf("the template has a syntax error: %s", strings.TrimPrefix(failed.Error(), "Liquid error "))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.bytes += len(source); e.bytes > maxCached {
		e.cached, e.bytes = map[string]render.Node{}, len(source)
	}
	e.cached[source] = node
	return node, nil
}

func (e *engine) render(source string, vars map[string]any) (out string, err error) {
	node, err := e.parse(source)
	if err != nil {
		return "", err
	}
	run := newRun(e.html)
	bindings := make(map[string]any, len(vars)+1)
	for name, v := range vars {
		bindings[name] = plain(v, 0)
	}
	bindings[runKey] = run
	defer func() {
		// The library panics on writing errors and on values that do not fit.
		if r := recover(); r != nil {
			out, err = "", run.because(errors.New("the template cannot be rendered with these values"))
		}
	}()
	var w limitedBuilder
	if failed := render.Render(node, &w, bindings, e.cfg); failed != nil {
		return "", run.because(fmt.Errorf("the template cannot be rendered: %s", reasonOf(failed)))
	}
	return w.String(), nil
}

// reasonOf is the innermost reason of a rendering error, without the text of
// the tag in which it occurred.
func reasonOf(failed render.Error) string {
	if cause := failed.Cause(); cause != nil {
		return fmt.Sprintf("line %d: %s", failed.LineNumber(), cause)
	}
	return strings.TrimPrefix(failed.Error(), "Liquid error ")
}

// limitedBuilder takes MaxOutput bytes.
type limitedBuilder struct{ strings.Builder }

func (b *limitedBuilder) Write(p []byte) (int, error) {
	if b.Len()+len(p) > MaxOutput {
		return 0, errTooLarge
	}
	return b.Builder.Write(p)
}

// compileOut compiles the tag that stands for {{ expression }}.
func (e *engine) compileOut(arg string) (func(io.Writer, render.Context) error, error) {
	raw, err := hex.DecodeString(arg)
	if err != nil {
		return nil, err
	}
	source := string(raw)
	expr, err := expressions.Parse(source)
	if err != nil {
		return nil, err
	}
	read, defaulted := pathsOf(source)
	paths := make([]path, 0, len(read))
	for _, name := range read {
		if variable, err := expressions.Parse(name); err == nil {
			paths = append(paths, path{name, variable})
		}
	}
	return func(w io.Writer, ctx render.Context) error {
		run, err := tick(ctx)
		if err != nil {
			return err
		}
		value, err := ctx.Evaluate(expr)
		if err != nil {
			return err
		}
		if missing := missingIn(ctx, paths, defaulted, value == nil, source); missing != "" {
			return run.fail(&MissingVariableError{Name: missing})
		}
		return run.print(w, value)
	}, nil
}

// path is a variable that an expression reads.
type path struct {
	name string
	expr expressions.Expression
}

// missingIn names the variable that an expression lacks; "" when it lacks none.
func missingIn(ctx render.Context, paths []path, defaulted, isNil bool, source string) string {
	if defaulted && !isNil {
		return ""
	}
	for _, p := range paths {
		if v, err := ctx.Evaluate(p.expr); err == nil && v == nil {
			return p.name
		}
	}
	if isNil {
		return strings.TrimSpace(source)
	}
	return ""
}
