package rest

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// success is the envelope of one record.
type success[T any] struct {
	Success bool `json:"success" enum:"true"`
	Data    T    `json:"data"`
}

// list is the envelope of a page of records.
type list[T any] struct {
	Success bool     `json:"success" enum:"true"`
	Data    []T      `json:"data"`
	Meta    PageMeta `json:"meta"`
}

// PageMeta says which part of a list it is.
type PageMeta struct {
	Total  int `json:"total" doc:"All records that the filters select"`
	Limit  int `json:"limit"`
	Offset int `json:"offset"`
	// TotalCapped says that counting stopped: there are more than Total.
	TotalCapped bool `json:"total_capped,omitempty"`
}

// feed is the envelope of a page of records that can be followed by cursor.
type feed[T any] struct {
	Success bool     `json:"success" enum:"true"`
	Data    []T      `json:"data"`
	Meta    feedMeta `json:"meta"`
}

type feedMeta struct {
	PageMeta

	NextCursor *string `json:"next_cursor" doc:"The cursor of the next page; null on the last"`
}

// done is the envelope of an answer without a record.
type done struct {
	Success bool   `json:"success" enum:"true"`
	Message string `json:"message"`
}

// tagged is an answer with the version of the flow as its ETag.
type tagged[T any] struct {
	ETag string `header:"ETag"`
	Body success[T]
}

type answer[T any] struct{ Body T }

func ok[T any](data T) *answer[success[T]] {
	return &answer[success[T]]{Body: success[T]{true, data}}
}

func listOf[T any](data []T, total flow.Total, p Paging) *answer[list[T]] {
	return &answer[list[T]]{Body: list[T]{true, data, metaOf(total, p)}}
}

// feedOf shows the records of a page. They are one more than the page holds
// when there is a next one; place says where a record stands in the list.
func feedOf[R, T any](records []R, total flow.Total, p Paging, place func(R) flow.Cursor, show func(R) (T, error)) (*answer[feed[T]], error) {
	out := feed[T]{Success: true, Meta: feedMeta{PageMeta: metaOf(total, p)}}
	if limit := p.Limit.value(); len(records) > limit {
		records = records[:limit]
		out.Meta.NextCursor = new(encodeCursor(place(records[limit-1])))
	}
	out.Data = make([]T, len(records))
	for i, r := range records {
		shown, err := show(r)
		if err != nil {
			return nil, err
		}
		out.Data[i] = shown
	}
	return &answer[feed[T]]{Body: out}, nil
}

func metaOf(total flow.Total, p Paging) PageMeta {
	return PageMeta{Total: total.Count, Limit: p.Limit.value(), Offset: p.Offset.n, TotalCapped: total.Capped}
}

// instant is a time as the contract writes it: UTC with milliseconds.
type instant time.Time

const instantFormat = "2006-01-02T15:04:05.000Z"

// MarshalText implements encoding.TextMarshaler.
func (i instant) MarshalText() ([]byte, error) {
	return []byte(time.Time(i).UTC().Format(instantFormat)), nil
}

// Schema implements huma.SchemaProvider.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time", Examples: []any{"2026-02-05T10:00:00.000Z"}}
}

func instantOrNil(t *time.Time) *instant {
	return (*instant)(t)
}

// orNull is a record that may be null.
type orNull[T any] struct{ value *T }

// MarshalJSON implements json.Marshaler.
func (o orNull[T]) MarshalJSON() ([]byte, error) { return json.Marshal(o.value) }

// Schema implements huma.SchemaProvider.
func (orNull[T]) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{AnyOf: []*huma.Schema{r.Schema(reflect.TypeFor[T](), true, ""), {Type: "null"}}}
}
