package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/google/uuid"
)

// Difference is one thing that two versions of a flow say differently.
type Difference struct {
	// Field is its path, such as "actions[1].action_config.agent_id", with the
	// place in the later version, or in the earlier one of what is gone.
	Field string
	// Before and After are JSON; null where one version does not have it.
	Before, After json.RawMessage
}

// Differences lists what changes from one definition to another, in the order
// of the record. Conditions and actions are the same ones by their ids; ids,
// version and instants of creation are not compared.
func Differences(before, after Definition) []Difference {
	var c comparison
	b, a := record(before), record(after)
	for _, name := range []string{
		"name", "description", "is_enabled", "priority", "use_custom_business_hours", "business_hours_start",
		"business_hours_end", "business_hours_timezone", "business_hours_days", "outside_hours", "reentry_minutes",
	} {
		c.value(name, b[name], a[name])
	}
	c.items("trigger_conditions", parts(before.Conditions, conditionID), parts(after.Conditions, conditionID))
	c.items("actions", parts(before.Actions, actionID), parts(after.Actions, actionID))
	return c
}

func conditionID(c Condition) uuid.UUID { return c.ID }
func actionID(a Action) uuid.UUID       { return a.ID }

// part is a condition or an action.
type part struct {
	id     uuid.UUID
	fields map[string]any
}

func parts[T any](items []T, id func(T) uuid.UUID) []part {
	out := make([]part, len(items))
	for i, item := range items {
		fields := record(item)
		delete(fields, "id")
		delete(fields, "created_at")
		out[i] = part{id(item), fields}
	}
	return out
}

type comparison []Difference

func (c *comparison) value(field string, before, after any) {
	if !reflect.DeepEqual(before, after) {
		*c = append(*c, Difference{Field: field, Before: encoded(before), After: encoded(after)})
	}
}

func (c *comparison) items(list string, before, after []part) {
	var kept, keptBefore []uuid.UUID
	for i, a := range after {
		at := fmt.Sprintf("%s[%d]", list, i)
		j := slices.IndexFunc(before, func(b part) bool { return b.id == a.id })
		if j < 0 {
			c.value(at, nil, a.fields)
			continue
		}
		kept = append(kept, a.id)
		c.fields(at, before[j].fields, a.fields)
	}
	for i, b := range before {
		if slices.ContainsFunc(after, func(a part) bool { return a.id == b.id }) {
			keptBefore = append(keptBefore, b.id)
			continue
		}
		c.value(fmt.Sprintf("%s[%d]", list, i), b.fields, nil)
	}
	if !slices.Equal(kept, keptBefore) {
		*c = append(*c, Difference{Field: list, Before: encoded(keptBefore), After: encoded(kept)})
	}
}

// fields compares objects key by key, those within them too.
func (c *comparison) fields(path string, before, after map[string]any) {
	names := maps.Clone(before)
	maps.Copy(names, after)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		b, isObject := before[name].(map[string]any)
		a, areObjects := after[name].(map[string]any)
		if isObject && areObjects {
			c.fields(path+"."+name, b, a)
			continue
		}
		c.value(path+"."+name, before[name], after[name])
	}
}

// record is what the JSON of a definition's part says; numbers keep their digits.
func record(v any) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(encoded(v)))
	decoder.UseNumber()
	var out map[string]any
	if err := decoder.Decode(&out); err != nil {
		panic(err) // it was just encoded
	}
	return out
}

// encoded writes values that came from JSON, or are about to become it.
func encoded(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}
