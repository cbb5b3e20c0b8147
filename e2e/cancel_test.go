package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

// cancel asks until the cancel is done, as the 503's Retry-After says, and
// gives the instant of its 200; zero when the execution had ended before.
func (n *tenant) cancel(t *testing.T, id uuid.UUID) time.Time {
	t.Helper()
	return wait(t, soon, "the execution is cancelled", func() (time.Time, string) {
		answer := n.api(t, http.MethodPost, "/executions/"+id.String()+"/cancel", object{"reason": "asked by the test"})
		switch answer.Status {
		case http.StatusOK:
			require.Equal(t, "cancelled", answer.data()["status"])
			return time.Now(), ""
		case http.StatusNotFound:
			require.Equal(t, "Execution not found or not running", answer.problem())
			return time.Time{}, ""
		default:
			require.Equal(t, http.StatusServiceUnavailable, answer.Status, answer.Text)
			require.NotEmpty(t, answer.Header.Get("Retry-After"))
			return time.Time{}, "it is answered " + answer.Text
		}
	})
}

func TestCancelDuringAWaitStopsTheMachineAndSendsNothingMore(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Wait and write", nil, pause(20), n.message())
	l := n.lead("99")
	s.put(t, l)
	e := s.taken(t, l)
	s.reads(t, e.ID, "1 wait running")

	require.False(t, n.cancel(t, e.ID).IsZero())
	require.Equal(t, types.ExecutionStatusAborted, s.machine(t, e.ID, 1))
	again := n.api(t, http.MethodPost, "/executions/"+e.ID.String()+"/cancel", nil)
	require.Equal(t, http.StatusNotFound, again.Status)
	until := s.steps(t, e.ID)[0].Until
	pass(t, s.clock.ToReal(*until))
	require.Equal(t, []string{"1 wait skipped"}, s.ledger(t, e.ID))
	require.Equal(t, reached{}, s.reached(t, l))
	shown := n.api(t, http.MethodGet, "/executions/"+e.ID.String(), nil)
	require.Equal(t, "asked by the test", shown.data()["metadata"].(object)["cancel_reason"])
}

// Fifty cancels race with calls about to be placed.
func TestNoCallIsPlacedAfterACancelWasAnswered(t *testing.T) {
	s := quietly(t)
	n := s.tenant(t)
	n.flow(t, "Call", nil, n.call())
	for i := range 50 {
		t.Run(fmt.Sprintf("cancel %d", i+1), func(t *testing.T) {
			t.Parallel()
			l := n.lead("99")
			s.put(t, l)
			e := s.taken(t, l)
			pass(t, time.Now().Add(rand.N(400*time.Millisecond)))
			at := n.cancel(t, e.ID)
			if at.IsZero() {
				return // the call had ended before
			}
			s.atRest(t, e.ID)
			require.Equal(t, flow.ExecutionCancelled, s.execution(t, e.ID).Status)
			for _, r := range s.calls(t, l.Phone) {
				require.False(t, r.At.After(at), "a call was asked for %s after the cancel was answered", r.At.Sub(at))
			}
		})
	}
}

func TestCancellingManyLeavesOthersAlone(t *testing.T) {
	s := quietly(t)
	s.keepSweeping(t)
	n := s.tenant(t)
	id := n.flow(t, "Wait and write", nil, pause(20), n.message())
	first, second, third := n.lead("99"), n.lead("99"), n.lead("99")
	s.put(t, first, second, third)
	ids := []uuid.UUID{s.taken(t, first).ID, s.taken(t, second).ID}
	answer := n.api(t, http.MethodPost, "/executions/bulk-cancel", object{"ids": ids})
	require.Equal(t, http.StatusOK, answer.Status, answer.Text)
	require.EqualValues(t, 2, answer.data()["cancelled"])
	for _, id := range ids {
		s.atRest(t, id)
	}
	s.comesTo(t, third, flow.ExecutionCompleted, "1 wait success", "2 whatsapp_message success")
	require.Equal(t, reached{}, s.reached(t, first))
	require.Equal(t, reached{}, s.reached(t, second))
	list := n.api(t, http.MethodGet, "/flows/"+id.String()+"/executions?status=cancelled", nil)
	require.EqualValues(t, 2, list.Body["meta"].(object)["total"])
}
