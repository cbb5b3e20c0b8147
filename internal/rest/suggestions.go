package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// Suggestion is a value that was seen lately.
type Suggestion struct {
	Value string `json:"value"`
	Count int    `json:"count" doc:"How often, among the newest leads or contacts"`
}

func (a *api) registerSuggestions() {
	register(a, huma.Operation{
		OperationID: "list-suggestions", Method: http.MethodGet, Path: Base + "/suggestions",
		Summary: "List values seen lately, the most frequent first", Tags: leadsTag,
	}, a.listSuggestions)
}

func (a *api) listSuggestions(ctx context.Context, in *struct {
	Field  seenFieldParam `query:"field" required:"true" doc:"custom_field gives the names of custom fields"`
	Search textParam      `query:"search" doc:"Part of the value"`
	Limit  limitParam     `query:"limit" doc:"How many values at most"`
},
) (*answer[list[Suggestion]], error) {
	if in.Field.field == "" {
		return nil, invalid([]flow.FieldError{{Field: "field", Message: "field " + oneOf("", seenFields).Error()}})
	}
	seen, err := a.Seen.Seen(ctx, who(ctx).TenantID, in.Field.field, in.Search.text, in.Limit.value())
	if err != nil {
		return nil, err
	}
	data := make([]Suggestion, len(seen))
	for i, s := range seen {
		data[i] = Suggestion{s.Value, s.Times}
	}
	return listOf(data, flow.Total{Count: len(data)}, Paging{Limit: in.Limit}), nil
}

type seenFieldParam struct{ field flow.SeenField }

var seenFields = []string{
	string(flow.SeenLeadSource), string(flow.SeenEntryType), string(flow.SeenCustomField), string(flow.SeenCity),
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *seenFieldParam) UnmarshalText(b []byte) error {
	p.field = flow.SeenField(b)
	return oneOf(string(b), seenFields)
}

// Schema implements huma.SchemaProvider.
func (seenFieldParam) Schema(huma.Registry) *huma.Schema { return enum(seenFields) }
