// Package console shows people what a command does: a line for each step that
// is over, and on a terminal one moving line for those that go on.
package console

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// Board is where steps are shown. Steps may run at once.
type Board struct {
	out  io.Writer
	live bool

	mu     sync.Mutex
	active []activity
	shown  bool
	frame  int
	stop   chan struct{}
	done   chan struct{}
}

type activity struct {
	what  string
	since time.Time
}

// New shows steps on out, with a moving line where out is a terminal.
func New(out *os.File) *Board {
	b := &Board{out: out, live: term.IsTerminal(int(out.Fd())), stop: make(chan struct{}), done: make(chan struct{})}
	if b.live {
		go b.animate()
	} else {
		close(b.done)
	}
	return b
}

// Close takes the moving line away.
func (b *Board) Close() {
	select {
	case <-b.stop:
	default:
		close(b.stop)
	}
	<-b.done
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
}

// Printf prints a line above the moving one.
func (b *Board) Printf(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
	_, _ = fmt.Fprintf(b.out, format+"\n", args...)
}

// Step shows what is being done until f returns; then a line with its result
// and how long it took. An error is returned, not shown.
func (b *Board) Step(what string, f func() (result string, err error)) error {
	end := b.Begin(what)
	since := time.Now()
	result, err := f()
	end()
	if err != nil {
		return err
	}
	b.Printf("  %s %-16s %s %s", b.paint("32", "✓"), what, result, b.paint("2", took(time.Since(since))))
	return nil
}

// Begin adds something to the moving line until end is called.
func (b *Board) Begin(what string) (end func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.active = append(b.active, activity{what, time.Now()})
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for i, a := range b.active {
			if a.what == what {
				b.active = append(b.active[:i:i], b.active[i+1:]...)
				break
			}
		}
	}
}

func (b *Board) animate() {
	defer close(b.done)
	tick := time.NewTicker(120 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-b.stop:
			return
		case <-tick.C:
			b.draw()
		}
	}
}

func (b *Board) draw() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.erase()
	if len(b.active) == 0 {
		return
	}
	b.frame++
	frames := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
	names := make([]string, 0, len(b.active))
	for _, a := range b.active {
		names = append(names, fmt.Sprintf("%s %.0f s", a.what, time.Since(a.since).Seconds()))
	}
	line := fmt.Sprintf("  %c %s", frames[b.frame%len(frames)], strings.Join(names, " · "))
	if width, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil && width > 1 {
		if runes := []rune(line); len(runes) >= width {
			line = string(runes[:width-1])
		}
	}
	_, _ = io.WriteString(b.out, line)
	b.shown = true
}

func (b *Board) erase() {
	if b.shown {
		_, _ = io.WriteString(b.out, "\r\x1b[2K")
		b.shown = false
	}
}

func (b *Board) paint(code, text string) string {
	if !b.live || os.Getenv("NO_COLOR") != "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func took(d time.Duration) string {
	if d < 100*time.Millisecond {
		return ""
	}
	return fmt.Sprintf("(%.1f s)", d.Seconds())
}
