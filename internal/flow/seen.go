package flow

// SeenField is what values can be suggested for.
type SeenField string

// The fields whose values are suggested. SeenCustomField stands for the names
// of custom fields, not for their values.
const (
	SeenLeadSource  SeenField = "lead_source"
	SeenEntryType   SeenField = "entry_type"
	SeenCustomField SeenField = "custom_field"
	SeenCity        SeenField = "city"
)

// Seen is a value that leads or contacts had.
type Seen struct {
	Value string
	// Times is how often, among those looked at.
	Times int
}
