package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// How long a call may stay open, in real time since it was placed.
const (
	// stopAfter is when the provider is asked to stop it.
	stopAfter = 2 * time.Hour
	// endAfter is when it is given up on.
	endAfter = 6 * time.Hour
	// goneAfter is how long the provider must have answered that it knows no
	// such call before that is believed.
	goneAfter = 30 * time.Minute
	// looksEnough is how many times the provider must have answered without
	// knowing a call whose placing is unknown.
	looksEnough = 3
)

// reconcile looks into an effect whose fate is not known: a claim that was
// never settled, an answer that was lost, a call without an outcome. next is
// when to look again; nil when there is nothing left to find out.
func (e *Engine) reconcile(ctx context.Context, duty Duty) (next *time.Time, err error) {
	execution, found, err := e.Store.ExecutionOfStep(ctx, duty.TenantID, duty.Ref)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, e.Store.DropLine(ctx, duty.TenantID, duty.Ref)
	}
	match := func(s flow.Step) bool { return s.ID == duty.Ref }
	var ask *question
	for range 2 { // a secret may have to be opened first
		_, err = e.onStep(ctx, duty.TenantID, execution, match, func(t *turn, row flow.Step) { next, ask = t.inquire(row) })
		if err != nil || ask == nil {
			return next, err
		}
		if ask.lookup == nil {
			break
		}
		if err := ask.lookup(ctx); err != nil {
			return nil, fmt.Errorf("prepare to ask the provider: %w", err)
		}
	}
	report, known, err := e.question(ctx, ask)
	if err != nil {
		return nil, fmt.Errorf("ask the provider about step %s: %w", duty.Ref, err)
	}
	_, err = e.onStep(ctx, duty.TenantID, execution, match, func(t *turn, row flow.Step) {
		next = t.answered(row, report, known)
	})
	return next, err
}

// question is what to ask a provider about a call.
type question struct {
	row    flow.Step
	cred   provider.Credentials
	agent  string
	stop   bool
	lookup func(context.Context) error
}

// inquire says what is to be found out about an effect, after ending what
// time alone decides.
func (t *turn) inquire(row flow.Step) (next *time.Time, ask *question) {
	switch row.State {
	case flow.Claimed:
		if !row.Overdue(t.real) {
			end := row.ClaimUntil.Add(flow.ClaimGrace)
			return &end, nil
		}
		t.unknown(row, lostHolder)
		row, _ = t.row(func(s flow.Step) bool { return s.ID == row.ID })
		if row.Type == flow.AICall || !t.due(row.RetryAt) {
			return row.RetryAt, nil
		}
		t.write(flow.Undelivered(row, t.now))
		return nil, nil
	case flow.Unknown:
		if row.Type != flow.AICall {
			if !t.due(row.RetryAt) {
				return row.RetryAt, nil
			}
			t.write(flow.Undelivered(row, t.now))
			return nil, nil
		}
	case flow.Sent:
		if row.Type != flow.AICall {
			return nil, nil
		}
	default:
		t.followLine(row) // an ended call holds no line, whatever came between
		return nil, nil
	}
	return nil, t.about(row)
}

// placedAt is the real instant at which this call was asked for: what came
// before, tries that were put off and a wait for a line, is no part of it.
func placedAt(row flow.Step) *time.Time {
	if row.ClaimUntil == nil {
		return row.FirstTriedAt
	}
	at := row.ClaimUntil.Add(-ClaimTime)
	return &at
}

func (t *turn) sincePlaced(row flow.Step) time.Duration {
	at := placedAt(row)
	if at == nil {
		return 0
	}
	return t.real.Sub(*at)
}

// about makes the question about a call.
func (t *turn) about(row flow.Step) *question {
	ask := &question{row: row}
	for _, a := range t.actions() {
		if a.Order == row.Order {
			var config flow.CallConfig
			_ = json.Unmarshal(a.Config, &config) // it was read when the call was placed
			ask.agent = config.AgentID
		}
	}
	cred, err := t.credentials(integrationBolna, "AI calls")
	if missing, is := err.(*unprepared); is && missing.lookup != nil { //nolint:errorlint // made by credentials itself
		ask.lookup = missing.lookup
	}
	ask.cred = cred
	ask.stop = t.s.Execution.Status == flow.ExecutionCancelled || t.sincePlaced(row) >= stopAfter
	return ask
}

// question asks the provider.
func (e *Engine) question(ctx context.Context, ask *question) (provider.CallReport, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	var report provider.CallReport
	var known bool
	var err error
	if ask.row.ProviderID == "" {
		from := e.Clock.Real().Add(-time.Hour)
		if at := placedAt(ask.row); at != nil {
			from = at.Add(-5 * time.Minute)
		}
		report, known, err = e.Calls.Find(ctx, ask.cred, ask.agent, *ask.row.ClaimID, from)
	} else {
		report, known, err = e.Calls.Read(ctx, ask.cred, ask.row.ProviderID)
	}
	if err == nil && known && !report.Ended && ask.stop {
		if _, err := e.Calls.Stop(ctx, ask.cred, report.ProviderID); err != nil {
			slog.Warn("a call that should end could not be stopped", "step_id", ask.row.ID, "error", err)
		}
	}
	return report, known, err
}

// answered moves a call on by the provider's answer to our question.
func (t *turn) answered(row flow.Step, report provider.CallReport, known bool) (next *time.Time) {
	if row.State != flow.Sent && row.State != flow.Unknown {
		return nil // decided while we asked
	}
	again := t.real.Add(t.e.Timeouts.Reconcile)
	age := t.sincePlaced(row)
	switch {
	case known:
		t.callReported(row, report)
		row, _ = t.row(func(s flow.Step) bool { return s.ID == row.ID })
		if row.Ended() {
			return nil
		}
		if age >= endAfter {
			t.noOutcome(row)
			return nil
		}
	case row.State == flow.Unknown:
		row.Looks++
		if row.Looks >= looksEnough {
			row = flow.Undelivered(row, t.now)
			result := decode(row.Result)
			result["call_outcome"], result["call_detail"] = row.Outcome, row.Detail
			row.Result = encode(result)
			t.release(row)
			t.write(row)
			return nil
		}
		row.RetryAt = &again
		t.write(row)
	default:
		if row.GoneSince == nil {
			row.GoneSince = &t.real
		}
		if t.real.Sub(*row.GoneSince) >= goneAfter || age >= endAfter {
			t.noOutcome(row)
			return nil
		}
		t.write(row)
	}
	return &again
}

// noOutcome ends a call that the provider can or will say nothing more about.
func (t *turn) noOutcome(row flow.Step) {
	row.State, row.Outcome, row.Detail, row.Error, row.CompletedAt = flow.Failed, flow.OutcomeFailed, "no_outcome", "no outcome", &t.now
	result := decode(row.Result)
	result["call_outcome"], result["call_detail"] = row.Outcome, row.Detail
	row.Result = encode(result)
	slog.Error("a call ended without an outcome", "step_id", row.ID, "alarm", "no_outcome")
	t.release(row)
	t.write(row)
}
