package rest

import (
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/flow"
)

// NewImportInput is an import to be made.
type NewImportInput struct {
	FileName   Optional[string]       `json:"file_name" minLength:"1" maxLength:"255" pattern:"[^\\s\\x85]"`
	Size       Optional[int]          `json:"size" required:"false" minimum:"1" maximum:"104857600" doc:"In bytes: the upload must then have just this size. At most 100 MB of CSV, 50 MB of XLSX"`
	Format     Optional[formatParam]  `json:"format" required:"false" doc:"Default: as the file name ends"`
	Mapping    Optional[mappingInput] `json:"mapping" required:"false"`
	LeadSource Optional[string]       `json:"lead_source" required:"false" maxLength:"255" doc:"Of rows that say none themselves"`
	EntryType  Optional[string]       `json:"entry_type" required:"false" maxLength:"255" doc:"Of rows that say none themselves; default csv_import or xlsx_import"`
	Start      Optional[bool]         `json:"start" required:"false" doc:"Start as soon as the file is there; default false"`
}

// StartImportInput says what the columns hold.
type StartImportInput struct {
	Mapping Optional[mappingInput] `json:"mapping" required:"false"`
}

// record checks the input and makes an import of it.
func (in NewImportInput) record() (flow.ImportRecord, []flow.FieldError) {
	r := flow.ImportRecord{
		FileName: in.FileName.Value, Format: in.Format.Value.format, Mapping: flow.Mapping(in.Mapping.Value),
		LeadSource: in.LeadSource.Value, EntryType: in.EntryType.Value, StartWanted: in.Start.Value,
	}
	var problems []flow.FieldError
	add := func(field, message string) {
		problems = append(problems, flow.FieldError{Field: field, Message: field + " " + message})
	}
	if n := utf8.RuneCountInString(r.FileName); strings.TrimSpace(r.FileName) == "" || n > maxSearch {
		add("file_name", "must have 1 to 255 characters")
	}
	if r.Format == "" {
		switch strings.ToLower(path.Ext(r.FileName)) {
		case ".csv", ".tsv", ".txt":
			r.Format = flow.CSV
		case ".xlsx":
			r.Format = flow.XLSX
		default:
			if len(problems) == 0 {
				add("format", "must be csv or xlsx where the file name ends in neither")
			}
		}
	}
	if r.EntryType == "" && r.Format != "" {
		r.EntryType = string(r.Format) + "_import"
	}
	most := int64(100 << 20)
	if r.Format == flow.XLSX {
		most = 50 << 20
	}
	if in.Size.Sent {
		r.Size = new(int64(in.Size.Value))
		if *r.Size < 1 || *r.Size > most {
			add("size", fmt.Sprintf("must be from 1 to %d bytes", most))
		}
	}
	for field, text := range map[string]string{"lead_source": r.LeadSource, "entry_type": r.EntryType} {
		if utf8.RuneCountInString(text) > maxSearch {
			add(field, "must have at most 255 characters")
		}
	}
	if in.Mapping.Sent {
		problems = append(problems, r.Mapping.Check(nil)...)
	}
	return r, problems
}

// mappingInput gives columns their fields.
type mappingInput flow.Mapping

// Schema implements huma.SchemaProvider.
func (mappingInput) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: &huma.Schema{AnyOf: []*huma.Schema{
			enum(append([]string{""}, flow.ImportFields...)),
			{Type: huma.TypeString, Pattern: `^custom_fields\.[\s\S]*[^\s\x85]`, MaxLength: new(255 + len("custom_fields."))},
		}},
		Description: "Column names and the fields they hold: " + strings.Join(flow.ImportFields, ", ") +
			", or custom_fields.<name>; \"\" leaves a column out, as does no entry. One must be phone or email.",
		Examples: []any{map[string]any{"Full name": "name", "Mobile": "phone", "Budget": "custom_fields.budget"}},
	}
}

// mapping reads an object of texts.
func mapping(n node) (mappingInput, bool) {
	if n.kind != jsonObject {
		return nil, false
	}
	out := mappingInput{}
	for _, m := range n.members {
		if m.value.kind != jsonString {
			return nil, false
		}
		out[m.key] = m.value.text
	}
	return out, true
}

type formatParam struct{ format flow.FileFormat }

var formats = []string{string(flow.CSV), string(flow.XLSX)}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *formatParam) UnmarshalText(b []byte) error {
	p.format = flow.FileFormat(b)
	return oneOf(string(b), formats)
}

// Schema implements huma.SchemaProvider.
func (formatParam) Schema(huma.Registry) *huma.Schema { return enum(formats) }
