package leads

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/auto-engagement/flows/local/stack/console"
)

const (
	// pause lies between two looks at the database.
	pause = 200 * time.Millisecond
	// grace is how long a delivery receipt may come after all has ended.
	grace = 3 * time.Second
)

// Follow shows each thing that becomes of the leads as it happens, until all
// of them have ended or the limit is over.
func Follow(ctx context.Context, db *pgx.Conn, board *console.Board, followed []Lead, limit time.Duration) ([]Progress, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer board.Begin("following the leads")()
	f := follower{board: board, begun: time.Now(), shown: map[string]string{}}
	for _, l := range followed {
		f.width = max(f.width, utf8.RuneCountInString(l.Title()))
	}
	progress := make([]Progress, len(followed))
	tick := time.NewTicker(pause)
	defer tick.Stop()
	var endedAt time.Time
	for {
		ended, confirmed := true, true
		for i, l := range followed {
			p, err := Read(ctx, db, l)
			if err != nil {
				return progress, f.late(ctx, limit, followed, progress, err)
			}
			progress[i] = p
			f.show(l, p)
			ended, confirmed = ended && p.Ended(), confirmed && p.confirmed()
		}
		if ended && endedAt.IsZero() {
			endedAt = time.Now()
		}
		if ended && (confirmed || time.Since(endedAt) > grace) {
			return progress, nil
		}
		select {
		case <-ctx.Done():
			return progress, f.late(ctx, limit, followed, progress, ctx.Err())
		case <-tick.C:
		}
	}
}

// Title is what a lead is called.
func (l Lead) Title() string {
	for _, name := range []string{l.Name, l.Phone, l.Email} {
		if name != "" {
			return name
		}
	}
	return l.Event
}

type follower struct {
	board *console.Board
	begun time.Time
	width int
	shown map[string]string
}

func (f *follower) show(l Lead, p Progress) {
	if p.Outcome == "" || p.Outcome == "received" {
		return
	}
	f.line(l, "decision", p.Decision())
	for _, e := range p.Executions {
		for _, s := range e.Steps {
			f.line(l, fmt.Sprintf("%s %d.%d", e.ID, s.Order, s.Attempt), fmt.Sprintf("%d %s: %s", s.Order, s.Name(), s.Says()))
		}
		if e.Status != "running" {
			f.line(l, e.ID.String(), withReason(e.Status, e.Error))
		}
	}
}

// line shows what has changed about a thing, and nothing when nothing has.
func (f *follower) line(l Lead, thing, says string) {
	key := l.Source + "/" + l.Event + "/" + thing
	if f.shown[key] == says {
		return
	}
	f.shown[key] = says
	title := l.Title()
	pad := strings.Repeat(" ", f.width-utf8.RuneCountInString(title))
	f.board.Printf("  %6.1f s  %s%s  %s", time.Since(f.begun).Seconds(), title, pad, says)
}

// late says in one sentence which lead has not ended, and where it is.
func (f *follower) late(ctx context.Context, limit time.Duration, followed []Lead, progress []Progress, err error) error {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	for i, l := range followed {
		if progress[i].Ended() {
			continue
		}
		where := "it has not been decided"
		if progress[i].Outcome != "" && progress[i].Outcome != "received" {
			where = progress[i].Decision()
		}
		if path := progress[i].Path(); path != "" {
			where = path
		}
		return fmt.Errorf("the lead of %s did not end within %s: %s; make logs tells more", l.Title(), limit, where)
	}
	return err
}
