package template

import (
	"encoding/json"
	"errors"
	"fmt"
	stdhtml "html"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/values"
)

// Bounds of the work of one rendering.
const (
	maxTicks   = 50_000
	maxTime    = 2 * time.Second
	maxPrinted = 4 * MaxOutput
)

// runKey is the binding under which a rendering keeps its state. No template
// can name it.
const runKey = "\x00run"

// lineBreak stands for a <br /> until a value has been escaped. It is of the
// private use area, and nobody's letter.
const lineBreak = "\uE000"

// run is the state of one rendering.
type run struct {
	html    bool
	until   time.Time
	ticks   int
	printed int
	// safe holds texts that were captured, and are escaped already.
	safe map[string]bool
	// failure is the error that ended the rendering, when it is one of ours.
	failure error
}

func newRun(html bool) *run {
	return &run{html: html, until: time.Now().Add(maxTime), safe: map[string]bool{}}
}

// fail remembers an error through the library's wrapping.
func (r *run) fail(err error) error {
	r.failure = err
	return err
}

// because is the error to return: ours, when there is one.
func (r *run) because(err error) error {
	if r.failure != nil {
		return r.failure
	}
	return err
}

// tick counts one step of work.
func tick(ctx render.Context) (*run, error) {
	r, ok := ctx.Bindings()[runKey].(*run)
	if !ok {
		return nil, errors.New("a template can be rendered only by this package")
	}
	if r.ticks++; r.ticks > maxTicks || time.Now().After(r.until) {
		return nil, r.fail(errTooMuchWork)
	}
	return r, nil
}

func compileTick(string) (func(io.Writer, render.Context) error, error) {
	return func(_ io.Writer, ctx render.Context) error {
		_, err := tick(ctx)
		return err
	}, nil
}

// compileKeep compiles the tag that follows a capture.
func compileKeep(name string) (func(io.Writer, render.Context) error, error) {
	return func(_ io.Writer, ctx render.Context) error {
		r, err := tick(ctx)
		if err != nil {
			return err
		}
		if captured, ok := ctx.Get(name).(string); ok {
			r.safe[captured] = true
		}
		return nil
	}, nil
}

// print writes a value.
func (r *run) print(w io.Writer, value any) error {
	s := printed(value)
	if r.html {
		if text, ok := value.(string); !ok || !r.safe[text] {
			s = strings.ReplaceAll(stdhtml.EscapeString(s), lineBreak, "<br />\n")
		}
	}
	if r.printed += len(s); r.printed > maxPrinted {
		return r.fail(errTooLarge)
	}
	if _, err := io.WriteString(w, s); err != nil {
		return r.fail(err)
	}
	return nil
}

// printed is a value as people write it: a number without an exponent, the
// items of a list one after another.
func printed(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format("2006-01-02 15:04:05 -0700")
	case values.Range:
		if v.Len() == 0 {
			return ""
		}
		return fmt.Sprintf("%v..%v", v.Index(0), v.Index(v.Len()-1))
	case []any:
		var b strings.Builder
		for _, item := range v {
			if b.Len() > MaxOutput {
				break
			}
			b.WriteString(printed(item))
		}
		return b.String()
	case []string:
		return strings.Join(v, "")
	case map[string]any:
		b, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(b)
	}
	return fmt.Sprint(value)
}
