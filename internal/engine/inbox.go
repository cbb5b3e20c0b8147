package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"
)

// inboxTime is how long an event that matches nothing is tried again: the
// webhook may be quicker than our own commit, or the answer was lost.
const inboxTime = 7 * 24 * time.Hour

// Receive stores webhook entries, and then applies them. Once it returns nil
// nothing is lost: what could not be applied now is due work.
func (e *Engine) Receive(ctx context.Context, kind string, tenant uuid.UUID, bodies []json.RawMessage) error {
	events := make([]Event, len(bodies))
	for i, body := range bodies {
		events[i] = Event{ID: newEventID(), Kind: kind, TenantID: tenant, Body: body, ReceivedAt: e.Clock.Real()}
	}
	if err := e.Store.AddEvents(ctx, events); err != nil {
		return fmt.Errorf("store %d %s events: %w", len(events), kind, err)
	}
	for _, event := range events {
		if err := e.applyOne(ctx, event); err != nil && !errors.Is(err, errLater) {
			slog.Warn("an event could not be applied yet", "event_id", event.ID, "tenant_id", tenant, "error", err)
		}
	}
	return nil
}

// ApplyEvent applies a stored event.
func (e *Engine) ApplyEvent(ctx context.Context, id uuid.UUID) error {
	event, found, err := e.Store.Event(ctx, id)
	if err != nil || !found || event.Applied {
		return err
	}
	return e.applyOne(ctx, event)
}

func (e *Engine) applyOne(ctx context.Context, event Event) error {
	matched, err := e.match(ctx, event)
	if err != nil {
		return err
	}
	if matched {
		return e.Store.EndEvent(ctx, event.ID, "applied")
	}
	if e.Clock.Real().Sub(event.ReceivedAt) > inboxTime {
		return e.Store.EndEvent(ctx, event.ID, "unmatched")
	}
	return errLater
}

func (e *Engine) match(ctx context.Context, event Event) (bool, error) {
	switch event.Kind {
	case integrationBolna:
		report, err := e.Calls.Report(event.Body)
		if err != nil {
			return true, nil //nolint:nilerr // what cannot be read today cannot be read tomorrow
		}
		return e.ApplyCall(ctx, event.TenantID, report)
	case integrationWhatsApp:
		return e.matchMessage(ctx, event)
	case eventsOfMails:
		report, is, err := e.Mails.Report(event.Body)
		if err != nil || !is {
			return true, nil //nolint:nilerr // as above
		}
		// A mail is in the ledger before it leaves: what is not is nobody's, or
		// another tenant's on the same topic.
		_, err = e.ApplyMail(ctx, event.TenantID, report)
		return err == nil, err
	default:
		return false, fmt.Errorf("no one applies events of kind %q", event.Kind)
	}
}

// eventsOfMails is the kind of events about e-mails.
const eventsOfMails = "ses"

// matchMessage applies what WhatsApp tells: how a message fared, or that a
// person wants no more.
func (e *Engine) matchMessage(ctx context.Context, event Event) (bool, error) {
	phone, is, err := e.Messages.Stop(event.Body)
	if err != nil {
		return true, nil //nolint:nilerr // what cannot be read today cannot be read tomorrow
	}
	if is {
		return true, e.stopNumber(ctx, event.TenantID, phone)
	}
	report, is, err := e.Messages.Report(event.Body)
	if err != nil || !is {
		return true, nil //nolint:nilerr // as above
	}
	return e.ApplyMessage(ctx, event.TenantID, report)
}
