package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider"
)

// BolnaAgent is a voice agent that an ai_call step may name.
type BolnaAgent struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Status *string `json:"status" doc:"Bolna's own word"`
}

// BolnaPhoneNumber is a number that an ai_call step may call from.
type BolnaPhoneNumber struct {
	ID          string  `json:"id"`
	PhoneNumber string  `json:"phone_number" doc:"E.164"`
	AgentID     *string `json:"agent_id" doc:"The agent that answers it"`
}

// WhatsAppPhoneNumber is a number that a whatsapp_message step may send from.
type WhatsAppPhoneNumber struct {
	ID                 string  `json:"id"`
	DisplayPhoneNumber string  `json:"display_phone_number"`
	VerifiedName       string  `json:"verified_name"`
	QualityRating      *string `json:"quality_rating" doc:"Meta's own word"`
	Status             *string `json:"status" doc:"Meta's own word"`
}

// WhatsAppTemplate is a message template in one language. A step names it by
// name and language.
type WhatsAppTemplate struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Language   string   `json:"language"`
	Status     string   `json:"status" doc:"Only APPROVED ones can be sent"`
	Category   string   `json:"category"`
	Variables  []string `json:"variables" doc:"The keys that variable_mappings needs: 1, header.1, button.0.1"`
	Components rawList  `json:"components" doc:"HEADER, BODY, FOOTER and BUTTONS as Meta gives them"`
}

// rawList is a JSON list of another's making.
type rawList json.RawMessage

// MarshalJSON implements json.Marshaler.
func (l rawList) MarshalJSON() ([]byte, error) {
	var items []json.RawMessage
	_ = json.Unmarshal(l, &items) // what is no list has no items
	if items == nil {
		items = []json.RawMessage{}
	}
	return json.Marshal(items)
}

// Schema implements huma.SchemaProvider.
func (rawList) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeObject}}
}

// PickerParams are those of the lists of what a tenant has at a provider.
type PickerParams struct {
	Paging

	Search  textParam `query:"search" doc:"Part of the name, number or id"`
	Refresh boolParam `query:"refresh" doc:"Ask the provider now; lists are kept for a minute"`
}

func (a *api) registerPickers() {
	picker(a, "list-bolna-agents", "/integrations/bolna/agents", "List the voice agents at Bolna", Connections.Agents, func(v provider.Agent) BolnaAgent {
		return BolnaAgent{ID: v.ID, Name: v.Name, Status: textOrNull(v.Status)}
	}, func(v provider.Agent) []string { return []string{v.ID, v.Name} })
	picker(a, "list-bolna-phone-numbers", "/integrations/bolna/phone-numbers", "List the phone numbers at Bolna", Connections.PhoneNumbers, func(v provider.PhoneNumber) BolnaPhoneNumber {
		return BolnaPhoneNumber{ID: v.ID, PhoneNumber: v.Number, AgentID: textOrNull(v.AgentID)}
	}, func(v provider.PhoneNumber) []string { return []string{v.ID, v.Number} })
	picker(a, "list-whatsapp-phone-numbers", "/integrations/whatsapp/phone-numbers", "List the WhatsApp numbers", Connections.WhatsAppNumbers, func(v provider.WhatsAppNumber) WhatsAppPhoneNumber {
		return WhatsAppPhoneNumber{
			ID: v.ID, DisplayPhoneNumber: v.Number, VerifiedName: v.Name, QualityRating: textOrNull(v.Quality), Status: textOrNull(v.Status),
		}
	}, func(v provider.WhatsAppNumber) []string { return []string{v.ID, v.Number, v.Name} })
	picker(a, "list-whatsapp-templates", "/integrations/whatsapp/templates", "List the WhatsApp message templates", Connections.MessageTemplates, func(v provider.MessageTemplate) WhatsAppTemplate {
		return WhatsAppTemplate{
			ID: v.ID, Name: v.Name, Language: v.Language, Status: v.Status, Category: v.Category,
			Variables: v.Variables, Components: rawList(v.Components),
		}
	}, func(v provider.MessageTemplate) []string { return []string{v.ID, v.Name} })
}

// picker registers the list of what a tenant has at a provider; words are what
// a search looks through.
func picker[R, T any](a *api, id, path, summary string, ask func(Connections, context.Context, uuid.UUID, bool) ([]R, error), show func(R) T, words func(R) []string) {
	register(a, huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: Root + path, Summary: summary, Tags: integrationsTag,
	}, func(ctx context.Context, in *PickerParams) (*answer[list[T]], error) {
		all, err := ask(a.Connections, ctx, who(ctx).TenantID, in.Refresh.on)
		if err != nil {
			return nil, connectionFailure(ctx, err)
		}
		search := strings.ToLower(in.Search.text)
		found := make([]R, 0, len(all))
		for _, item := range all {
			if strings.Contains(strings.ToLower(strings.Join(words(item), "\n")), search) {
				found = append(found, item)
			}
		}
		return pageOf(found, in.Paging, show), nil
	})
}

// pageOf shows the part of a whole list that was asked for.
func pageOf[R, T any](all []R, p Paging, show func(R) T) *answer[list[T]] {
	first := min(p.Offset.n, len(all))
	part := all[first:min(first+p.Limit.value(), len(all))]
	data := make([]T, len(part))
	for i, item := range part {
		data[i] = show(item)
	}
	return listOf(data, flow.Total{Count: len(all)}, p)
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
