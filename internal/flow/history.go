package flow

import (
	"errors"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// ErrVersionNotFound refuses a version that a flow does not have.
var ErrVersionNotFound = errors.New("version not found")

// VersionRecord is one version of a flow in the list of them.
type VersionRecord struct {
	Version   int
	Name      string
	IsEnabled bool
	Priority  int
	CreatedAt time.Time
	// CreatedBy is who made the change; nil when unknown.
	CreatedBy *string
}

// Restored is what a flow becomes when an older version is restored: all that
// the version says, but its place among the flows and whether it is switched
// on stay as they are now.
func Restored(now, old Definition) Definition {
	old.ID, old.Version = now.ID, now.Version
	old.Priority, old.IsEnabled = now.Priority, now.IsEnabled
	return old
}

// Copied is a flow that says the same as d, switched off, with parts of its own.
func Copied(d Definition) Definition {
	const suffix = " (copy)"
	for utf8.RuneCountInString(d.Name)+len(suffix) > maxValue {
		_, last := utf8.DecodeLastRuneInString(d.Name)
		d.Name = d.Name[:len(d.Name)-last]
	}
	d.Name += suffix
	d.ID, d.Version, d.IsEnabled = uuid.Nil, 0, false
	d.Conditions, d.Actions = append([]Condition{}, d.Conditions...), append([]Action{}, d.Actions...)
	for i := range d.Conditions {
		d.Conditions[i].ID = uuid.Nil
	}
	for i := range d.Actions {
		d.Actions[i].ID = uuid.Nil
	}
	return d
}

// ImportedFlow is what importing makes of one flow.
type ImportedFlow struct {
	// Before is the flow as it was; nil for one that is new.
	Before *Stored
	// After is the flow as it is to be. One without ID is created, at the end of
	// the list; any other is changed.
	After Definition
}
