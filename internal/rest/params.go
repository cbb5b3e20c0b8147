package rest

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// The types of parameters read themselves, so that what is wrong is said in
// our words: "<name> must be …". A parameter that is absent or empty leaves
// its zero value.

const (
	defaultLimit = 50
	maxLimit     = 200
	maxOffset    = 1<<31 - 1
	maxSearch    = 255
)

// Paging is embedded by lists.
type Paging struct {
	Limit  limitParam  `query:"limit" doc:"How many records at most"`
	Offset offsetParam `query:"offset" doc:"How many records to pass over"`
}

func (p Paging) page() flow.Page { return flow.Page{Limit: p.Limit.value(), Offset: p.Offset.n} }

// FeedPaging is embedded by lists that also take a cursor.
type FeedPaging struct {
	Paging

	Cursor cursorParam `query:"cursor" doc:"next_cursor of the page before; instead of offset"`
}

// page asks for one record more, which tells whether there is a next page.
func (p FeedPaging) page() (flow.Page, error) {
	out := p.Paging.page()
	out.Limit++
	out.Before = p.Cursor.at
	if out.Before != nil && out.Offset > 0 {
		return out, badRequest("cursor and offset cannot be used together")
	}
	return out, nil
}

type limitParam struct{ n int }

func (p limitParam) value() int {
	if p.n == 0 {
		return defaultLimit
	}
	return p.n
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *limitParam) UnmarshalText(b []byte) (err error) {
	p.n, err = wholeNumber(b, 1, maxLimit)
	return err
}

// Schema implements huma.SchemaProvider.
func (limitParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Minimum: new(1.0), Maximum: new(float64(maxLimit)), Default: defaultLimit}
}

type offsetParam struct{ n int }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *offsetParam) UnmarshalText(b []byte) (err error) {
	p.n, err = wholeNumber(b, 0, maxOffset)
	return err
}

// Schema implements huma.SchemaProvider.
func (offsetParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Minimum: new(0.0), Maximum: new(float64(maxOffset)), Default: 0}
}

func wholeNumber(b []byte, low, high int) (int, error) {
	n, err := strconv.Atoi(string(b))
	if err != nil || n < low || n > high {
		return 0, fmt.Errorf("must be a whole number from %d to %d", low, high)
	}
	return n, nil
}

type uuidParam struct{ id *uuid.UUID }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *uuidParam) UnmarshalText(b []byte) error {
	id, err := uuid.ParseBytes(b)
	if err != nil || len(b) != 36 {
		return errors.New("must be a UUID")
	}
	p.id = &id
	return nil
}

// Schema implements huma.SchemaProvider.
func (uuidParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "uuid"}
}

type boolParam struct{ on bool }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *boolParam) UnmarshalText(b []byte) error {
	switch string(b) {
	case "true", "1":
		p.on = true
	case "false", "0":
	default:
		return errors.New("must be true or false")
	}
	return nil
}

// Schema implements huma.SchemaProvider.
func (boolParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeBoolean, Default: false}
}

type textParam struct{ text string }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *textParam) UnmarshalText(b []byte) error {
	p.text = string(b)
	switch {
	case !utf8.Valid(b) || slices.Contains(b, 0):
		return errors.New("must be text in UTF-8 without NUL")
	case utf8.RuneCount(b) > maxSearch:
		return fmt.Errorf("must have at most %d characters", maxSearch)
	}
	return nil
}

// Schema implements huma.SchemaProvider.
func (textParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, MaxLength: new(maxSearch)}
}

type executionStatusParam struct{ status flow.ExecutionStatus }

var executionStatuses = []string{
	string(flow.ExecutionRunning), string(flow.ExecutionCompleted),
	string(flow.ExecutionFailed), string(flow.ExecutionCancelled), string(flow.ExecutionSkipped),
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *executionStatusParam) UnmarshalText(b []byte) error {
	p.status = flow.ExecutionStatus(b)
	return oneOf(string(b), executionStatuses)
}

// Schema implements huma.SchemaProvider.
func (executionStatusParam) Schema(huma.Registry) *huma.Schema { return enum(executionStatuses) }

type leadOutcomeParam struct{ outcome flow.LeadOutcome }

var leadOutcomes = []string{
	string(flow.LeadReceived), string(flow.LeadMatched), string(flow.LeadNone),
	string(flow.LeadSkipped), string(flow.LeadRejected),
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *leadOutcomeParam) UnmarshalText(b []byte) error {
	p.outcome = flow.LeadOutcome(b)
	return oneOf(string(b), leadOutcomes)
}

// Schema implements huma.SchemaProvider.
func (leadOutcomeParam) Schema(huma.Registry) *huma.Schema { return enum(leadOutcomes) }

func oneOf(s string, values []string) error {
	if slices.Contains(values, s) {
		return nil
	}
	return errors.New("must be one of " + strings.Join(values, ", "))
}

func enum(values []string) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

// momentParam is a day of the tenant's zone (2026-02-05) or an instant (RFC 3339).
type momentParam struct {
	day, at *time.Time
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *momentParam) UnmarshalText(b []byte) error {
	if day, err := time.Parse(time.DateOnly, string(b)); err == nil && day.Year() > 0 {
		p.day = &day
		return nil
	}
	at, err := time.Parse(time.RFC3339, string(b))
	if err != nil || at.Year() <= 0 {
		return errors.New("must be a date (YYYY-MM-DD) or an RFC 3339 time")
	}
	p.at = &at
	return nil
}

// Schema implements huma.SchemaProvider.
func (momentParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "A day of the tenant's time zone (YYYY-MM-DD) or an RFC 3339 instant",
		AnyOf:       []*huma.Schema{{Type: huma.TypeString, Format: "date"}, {Type: huma.TypeString, Format: "date-time"}},
		Examples:    []any{"2026-02-05"},
	}
}

// SpanParams is embedded by lists that are filtered by time.
type SpanParams struct {
	From momentParam `query:"from" doc:"From this instant, or the start of this day in the tenant's time zone"`
	To   momentParam `query:"to" doc:"Up to, and without, this instant, or the end of this day in the tenant's time zone"`
}

func (a *api) span(ctx context.Context, p SpanParams) (flow.Span, error) {
	span := flow.Span{From: p.From.at, To: p.To.at}
	if p.From.day != nil || p.To.day != nil {
		tenant, err := a.Tenants.Tenant(ctx, who(ctx).TenantID)
		if err != nil {
			return span, err
		}
		zone, err := flow.LoadZone(tenant.TimeZone)
		if err != nil {
			return span, fmt.Errorf("zone of tenant %s: %w", tenant.ID, err)
		}
		if p.From.day != nil {
			span.From = new(flow.StartOfDay(*p.From.day, 0, zone))
		}
		if p.To.day != nil {
			span.To = new(flow.StartOfDay(*p.To.day, 1, zone))
		}
	}
	if span.From != nil && span.To != nil && span.From.After(*span.To) {
		return span, badRequest("from must not be after to")
	}
	return span, nil
}

type cursorParam struct{ at *flow.Cursor }

// A cursor is the time in microseconds, as exact as Postgres keeps it, and the id.
func encodeCursor(c flow.Cursor) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.At.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(b, c.ID[:]...))
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *cursorParam) UnmarshalText(b []byte) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(b))
	if err != nil || len(raw) != 24 {
		return errors.New("must be a next_cursor of this list")
	}
	at := time.UnixMicro(int64(binary.BigEndian.Uint64(raw))).UTC()
	if at.Year() < 1970 || at.Year() > 9999 {
		return errors.New("must be a next_cursor of this list")
	}
	p.at = &flow.Cursor{At: at, ID: uuid.UUID(raw[8:])}
	return nil
}

// Schema implements huma.SchemaProvider.
func (cursorParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Pattern: "^[A-Za-z0-9_-]{32}$"}
}
