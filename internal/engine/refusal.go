package engine

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// Why an address was suppressed, as people read it.
const (
	reasonStop         = "asked by WhatsApp to stop"
	reasonBounced      = "a mail came back for good"
	reasonComplained   = "marked a mail as spam"
	reasonUnsubscribed = "unsubscribed by the link in a mail"
)

// stopNumber has neither messages nor calls go to a number: whoever writes
// STOP is done with what reaches them by that number.
func (e *Engine) stopNumber(ctx context.Context, tenant uuid.UUID, phone string) error {
	for _, channel := range []flow.Channel{flow.Channel(flow.WhatsAppMessage), flow.Channel(flow.AICall)} {
		if err := e.Suppress(ctx, tenant, flow.Suppression{Channel: channel, Kind: string(flow.KeyPhone), Value: phone, Reason: reasonStop}); err != nil {
			return fmt.Errorf("stop a number of tenant %s: %w", tenant, err)
		}
	}
	return nil
}

// stopMail has no mail go to the addresses that a report names.
func (e *Engine) stopMail(ctx context.Context, tenant uuid.UUID, r provider.MailReport) error {
	for _, stop := range []struct {
		addresses []string
		reason    string
	}{{r.Dead, reasonBounced}, {r.Refusing, reasonComplained}} {
		for _, address := range stop.addresses {
			if err := e.Suppress(ctx, tenant, mailTo(address, stop.reason)); err != nil {
				return fmt.Errorf("stop mail of tenant %s: %w", tenant, err)
			}
		}
	}
	return nil
}

// Refuse has no mail go any more to the receiver of the mail that our id
// names. known is false when there is no such mail, or its receiver was erased.
func (e *Engine) Refuse(ctx context.Context, tenant, mail uuid.UUID) (known bool, err error) {
	execution, found, err := e.Store.ExecutionOf(ctx, tenant, flow.Email, "", mail)
	if err != nil || !found {
		return false, err
	}
	var address string
	err = e.Store.Locked(ctx, tenant, execution, func(s *Snapshot) (*Changes, error) {
		address = ""
		for _, row := range s.Steps {
			if row.ClaimID != nil && *row.ClaimID == mail {
				address, _ = decode(row.Result)["to_email"].(string)
			}
		}
		return nil, nil
	})
	if err != nil || address == "" {
		return false, err
	}
	return true, e.Suppress(ctx, tenant, mailTo(address, reasonUnsubscribed))
}

func mailTo(address, reason string) flow.Suppression {
	return flow.Suppression{Channel: flow.Channel(flow.Email), Kind: string(flow.KeyEmail), Value: address, Reason: reason}
}
