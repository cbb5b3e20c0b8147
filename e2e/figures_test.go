package e2e

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// TestFigures reports, and judges nothing: `make bench` runs it, on a stack
// that does nothing else.
func TestFigures(t *testing.T) {
	if os.Getenv("AEF_FIGURES") == "" {
		t.Skip("AEF_FIGURES is not set: `make bench` does")
	}
	s := use(t)

	t.Run("from the queue to the provider", func(t *testing.T) {
		n := s.tenant(t)
		n.flow(t, "Write", nil, n.message())
		const leads, perSecond = 1000, 20
		sent := map[string]time.Time{}
		tick := time.NewTicker(time.Second / perSecond)
		defer tick.Stop()
		for range leads {
			<-tick.C
			l := n.lead("00")
			sent[l.Phone[1:]] = time.Now()
			s.put(t, l)
		}
		var took []time.Duration
		wait(t, 3*time.Minute, "each lead reached the provider", func() (struct{}, string) {
			took = took[:0]
			for _, r := range s.requests(t, "whatsapp", func(r request) bool { return !sent[strings.TrimPrefix(r.field("to"), "+")].IsZero() }) {
				took = append(took, r.At.Sub(sent[strings.TrimPrefix(r.field("to"), "+")]))
			}
			if len(took) < leads {
				return struct{}{}, fmt.Sprintf("%d have", len(took))
			}
			return struct{}{}, ""
		})
		require.Len(t, took, leads)
		slices.Sort(took)
		t.Logf("%d leads at %d a second: p50 %s, p99 %s from the queue to the provider", leads, perSecond,
			took[leads/2].Round(time.Millisecond), took[leads*99/100].Round(time.Millisecond))
	})

	t.Run("calls", func(t *testing.T) {
		const calls = 400
		n := s.tenant(t, lines(100))
		n.flow(t, "Call", nil, n.call())
		batch := make([]lead, calls)
		for i := range batch {
			batch[i] = n.lead("00")
		}
		began := time.Now()
		s.put(t, batch...)
		var placed []request
		wait(t, 3*time.Minute, "each call is placed", func() (struct{}, string) {
			placed = s.requests(t, "bolna", func(r request) bool {
				return r.Method == http.MethodPost && r.Path == "/bolna/call" && r.field("agent_id") == n.agent
			})
			if len(placed) < calls {
				return struct{}{}, fmt.Sprintf("%d are", len(placed))
			}
			return struct{}{}, ""
		})
		last := slices.MaxFunc(placed, func(a, b request) int { return a.At.Compare(b.At) })
		t.Logf("%d calls over 100 lines: %.1f placed a second", calls, calls/last.At.Sub(began).Seconds())
		for _, l := range batch {
			s.comesTo(t, l, flow.ExecutionCompleted, "1 ai_call success answered")
		}
	})
}
