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
		const leads = 1000
		sent := s.arrive(t, n, leads)
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
		t.Logf("%d leads at %d a second: p50 %s, p99 %s from the queue to the provider", leads, arrivals,
			took[leads/2].Round(time.Millisecond), took[leads*99/100].Round(time.Millisecond))
	})

	t.Run("calls", func(t *testing.T) {
		const calls, atOnce = 300, 40
		n := s.tenant(t, lines(100))
		n.flow(t, "Call", nil, n.call())
		// A next lead comes when one has ended: what is measured is what the
		// stack bears, and not what becomes of it beyond that.
		put := 0
		wait(t, 10*time.Minute, "each lead has ended", func() (struct{}, string) {
			ended := s.count(t, "select count(*) from flow_executions where tenant_id = $1 and status = 'completed'", n.id)
			for ; put < min(calls, ended+atOnce); put++ {
				s.put(t, n.lead("00"))
			}
			if ended < calls {
				return struct{}{}, fmt.Sprintf("%d have", ended)
			}
			return struct{}{}, ""
		})
		placed := s.requests(t, "bolna", func(r request) bool {
			return r.Method == http.MethodPost && r.Path == "/bolna/call" && r.field("agent_id") == n.agent
		})
		require.Len(t, placed, calls)
		slices.SortFunc(placed, func(a, b request) int { return a.At.Compare(b.At) })
		t.Logf("%d calls over 100 lines, %d executions at a time: %.1f placed a second", calls, atOnce,
			float64(calls-1)/placed[calls-1].At.Sub(placed[0].At).Seconds())
	})
}

// arrivals are the leads a second.
const arrivals = 20

// arrive puts leads on the queue, each alone, and gives when by their numbers' digits.
func (s *stack) arrive(t *testing.T, n *tenant, leads int) map[string]time.Time {
	t.Helper()
	sent := map[string]time.Time{}
	tick := time.NewTicker(time.Second / arrivals)
	defer tick.Stop()
	for len(sent) < leads {
		l := n.lead("00")
		if _, taken := sent[l.Phone[1:]]; taken {
			continue
		}
		<-tick.C
		sent[l.Phone[1:]] = time.Now()
		s.put(t, l)
	}
	return sent
}
