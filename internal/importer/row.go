package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
)

// source is the source of the lead events that imports make.
const source = "import"

// column is one that is not left out.
type column struct {
	at          int
	name, field string
}

// reader makes lead events of rows.
type reader struct {
	job     *Job
	columns []column
	width   int
	accept  Acceptor
	now     time.Time
}

func newReader(job *Job, columns []string, accept Acceptor, now time.Time) *reader {
	r := &reader{job: job, width: len(columns), accept: accept, now: now}
	for i, name := range columns {
		if field := job.Mapping[name]; field != "" {
			r.columns = append(r.columns, column{i, name, field})
		}
	}
	return r
}

// values are what a row says, by field.
type values struct {
	texts  map[string]string
	tags   []string
	custom map[string]string
}

// read makes the row's lead event and adds it to the batch, or says what is
// wrong with the row.
func (r *reader) read(number int, cells []string, into intake.ReceivedWriter) (*flow.RowError, error) {
	if len(cells) > r.width {
		return &flow.RowError{Row: number, Message: fmt.Sprintf("The row has %d cells, and the header %d", len(cells), r.width)}, nil
	}
	v := values{texts: map[string]string{}, custom: map[string]string{}}
	for _, c := range r.columns {
		if c.at >= len(cells) {
			break
		}
		cell := strings.TrimSpace(cells[c.at])
		if strings.ContainsRune(cell, utf8.RuneError) {
			return &flow.RowError{Row: number, Column: c.name, Message: "The cell holds bytes that are no text"}, nil
		}
		v.put(c.field, cell)
	}
	if wrong := r.address(number, v); wrong != nil {
		return wrong, nil
	}
	body, err := r.event(number, v)
	if err != nil {
		return nil, err
	}
	_, err = r.accept(into, r.job.TenantID, body)
	if refused, is := errors.AsType[*flow.RejectError](err); is {
		return r.refused(number, refused.Reason), nil
	}
	return nil, err
}

func (v *values) put(field, cell string) {
	name, custom := strings.CutPrefix(field, flow.CustomPrefix)
	switch {
	case cell == "":
	case custom:
		if v.custom[name] == "" {
			v.custom[name] = cell
		}
	case field == "tags":
		for tag := range strings.FieldsFuncSeq(cell, func(r rune) bool { return r == ',' || r == ';' || r == '|' }) {
			if tag = strings.TrimSpace(tag); tag != "" {
				v.tags = append(v.tags, tag)
			}
		}
	case v.texts[field] == "":
		v.texts[field] = cell
	}
}

// Spreadsheets show a long number so, and save it as it is shown.
var powerOfTen = regexp.MustCompile(`^[+-]?\d([.,]\d+)?[eE]\+?\d+$`)

// address refuses a row by which nobody can be reached.
func (r *reader) address(number int, v values) *flow.RowError {
	phone, email := v.texts["phone"], v.texts["email"]
	_, callable := flow.NormalizePhone(phone, v.texts["country"], r.job.Region)
	if _, usable := flow.UsableEmail(email); usable || callable {
		return nil
	}
	switch {
	case phone == "" && email == "":
		return &flow.RowError{Row: number, Column: r.named("phone", "email"), Message: "The row has neither a phone nor an e-mail"}
	case phone == "":
		return &flow.RowError{Row: number, Column: r.named("email"), Message: "The e-mail is not an address, and there is no phone"}
	case powerOfTen.MatchString(phone):
		return &flow.RowError{Row: number, Column: r.named("phone"), Message: "The phone number was shortened by a spreadsheet: format its column as text"}
	}
	return &flow.RowError{Row: number, Column: r.named("phone"), Message: "The phone number is not valid, and there is no usable e-mail"}
}

// named is the name of the first column that holds one of the fields.
func (r *reader) named(fields ...string) string {
	for _, c := range r.columns {
		if slices.Contains(fields, c.field) {
			return c.name
		}
	}
	return ""
}

// event is the lead event of a row. Its id names the row of the import, so
// that a row read twice is one lead.
func (r *reader) event(number int, v values) ([]byte, error) {
	text := func(field, otherwise string) string {
		if v.texts[field] != "" {
			return v.texts[field]
		}
		return otherwise
	}
	contact := map[string]any{}
	for _, field := range []string{"external_id", "phone", "email", "company", "city", "country"} {
		if v.texts[field] != "" {
			contact[field] = v.texts[field]
		}
	}
	if name := text("name", strings.TrimSpace(v.texts["first_name"]+" "+v.texts["last_name"])); name != "" {
		contact["name"] = name
	}
	if len(v.tags) > 0 {
		contact["tags"] = v.tags
	}
	if len(v.custom) > 0 {
		contact["custom_fields"] = v.custom
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(map[string]any{
		"specversion": "1.0", "id": fmt.Sprintf("%s:%d", r.job.ID, number), "source": source, "type": "lead.created",
		"time": r.now.UTC().Format(time.RFC3339Nano), "tenantid": r.job.TenantID.String(),
		"data": map[string]any{
			"contact": contact, "notes": v.texts["notes"],
			"lead_source": text("lead_source", r.job.LeadSource), "entry_type": text("entry_type", r.job.EntryType),
		},
	})
	if err != nil {
		return nil, fmt.Errorf("encode row %d of import %s: %w", number, r.job.ID, err)
	}
	return out.Bytes(), nil
}

// fieldFirst finds the field that a refusal begins with.
var fieldFirst = regexp.MustCompile(`^data\.(?:contact\.)?([a-z_]+)(?:\[\d+\])? `)

// refused puts what is wrong with an event in terms of the row.
func (r *reader) refused(number int, reason string) *flow.RowError {
	out := &flow.RowError{Row: number, Message: strings.Replace(reason, "The event", "The row", 1)}
	if found := fieldFirst.FindStringSubmatch(reason); found != nil {
		field := found[1]
		fields := []string{field}
		if field == "name" {
			fields = append(fields, "first_name")
		}
		out.Column = r.named(fields...)
		out.Message = "The " + strings.ReplaceAll(field, "_", " ") + " " + reason[len(found[0]):]
	}
	return out
}
