package flow

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The model below is written from the rules alone and shares no code with
// what it checks: no index, no prepared values, numbers as rationals. It
// covers texts, numbers and tags; the finer points have tables of their own.

func modelNumber(text string) *big.Rat {
	if strings.Trim(text, "-.0123456789") != "" {
		return nil
	}
	number, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil
	}
	return number
}

func modelEqual(source bool, a, b string) bool {
	if source {
		same := strings.NewReplacer(" ", "_", "-", "_")
		return strings.EqualFold(same.Replace(a), same.Replace(b))
	}
	if x, y := modelNumber(a), modelNumber(b); x != nil && y != nil {
		return x.Cmp(y) == 0
	}
	return strings.EqualFold(a, b)
}

// modelValues are the contact's values that a condition looks at: none when
// missing, several for tags.
func modelValues(c Condition, in MatchInput) []string {
	var one string
	switch {
	case c.Type == LeadSource:
		one = in.Lead.LeadSource
	case c.Type == EntryType:
		one = in.Lead.EntryType
	case c.Type == ContactField && *c.CustomFieldName == "city":
		one = in.Contact.City
	case c.Type == ContactField:
		one = in.Contact.Company
	case *c.CustomFieldName == "tags":
		return in.Contact.Tags
	default:
		raw, found := in.Contact.CustomFields[*c.CustomFieldName]
		if !found || raw == nil {
			return nil
		}
		return []string{fmt.Sprint(raw)}
	}
	if one == "" {
		return nil
	}
	return []string{one}
}

func modelHolds(c Condition, in MatchInput) bool {
	values := modelValues(c, in)
	source := c.Type == LeadSource || c.Type == EntryType
	tags := c.Type == CustomField && *c.CustomFieldName == "tags"
	some := func(pass func(string) bool) bool { return slices.ContainsFunc(values, pass) }
	operand := ""
	if c.Value != nil {
		operand = *c.Value
	}
	spelled := func(v string) string {
		if source {
			v = strings.NewReplacer(" ", "_", "-", "_").Replace(v)
		}
		return strings.ToLower(v)
	}
	equal := func(v string) bool { return modelEqual(source, v, operand) }
	listed := func(v string) bool {
		return slices.ContainsFunc(strings.Split(operand, ","), func(item string) bool { return modelEqual(source, v, item) })
	}
	compared := func(pass func(int) bool) bool {
		if tags || len(values) == 0 {
			return false
		}
		x, y := modelNumber(values[0]), modelNumber(operand)
		return x != nil && y != nil && pass(x.Cmp(y))
	}
	switch c.Operator {
	case Any:
		return true
	case IsSet:
		return some(func(string) bool { return true })
	case IsNotSet:
		return !some(func(string) bool { return true })
	case Equals:
		if c.Value == nil {
			return len(values) == 0
		}
		return some(equal)
	case NotEquals:
		if c.Value == nil {
			return len(values) != 0
		}
		return !some(equal)
	case In:
		return some(listed)
	case NotIn:
		return !some(listed)
	case Contains:
		if tags {
			return some(equal)
		}
		return some(func(v string) bool { return strings.Contains(spelled(v), spelled(operand)) })
	case StartsWith:
		return some(func(v string) bool { return strings.HasPrefix(spelled(v), spelled(operand)) })
	case EndsWith:
		return some(func(v string) bool { return strings.HasSuffix(spelled(v), spelled(operand)) })
	case GreaterThan:
		return compared(func(sign int) bool { return sign > 0 })
	case GreaterOrEqual:
		return compared(func(sign int) bool { return sign >= 0 })
	case LessThan:
		return compared(func(sign int) bool { return sign < 0 })
	case LessOrEqual:
		return compared(func(sign int) bool { return sign <= 0 })
	}
	panic("the model does not know " + string(c.Operator))
}

func modelMatches(d Definition, in MatchInput) bool {
	failed := map[int]bool{}
	for _, c := range d.Conditions {
		failed[c.Group] = failed[c.Group] || !modelHolds(c, in)
	}
	for _, bad := range failed {
		if !bad {
			return true
		}
	}
	return len(d.Conditions) == 0
}

// modelTaken are the flows taken, by the rules on DNC, priority, hours, repeat
// guard and match mode.
func modelTaken(flows []Definition, in MatchInput) []uuid.UUID {
	taken := []uuid.UUID{}
	if slices.Contains(in.Contact.Tags, "DNC") {
		return taken
	}
	sort.SliceStable(flows, func(a, b int) bool { return flows[a].Priority < flows[b].Priority })
	for _, d := range flows {
		open := !d.UseCustomBusinessHours || in.Now.UTC().Format("15:04:05") >= *d.BusinessHoursStart
		if !d.IsEnabled || !modelMatches(d, in) || !open && d.OutsideHours == NextFlow {
			continue
		}
		blocked := in.Tenant.OneExecutionPerContact && len(taken) > 0
		for _, s := range in.Starts {
			recent := in.Now.Sub(s.At) < time.Duration(d.ReentryMinutes)*time.Minute
			blocked = blocked || s.FlowID == d.ID && (s.Running || recent) || in.Tenant.OneExecutionPerContact && s.Running
		}
		if blocked {
			continue
		}
		taken = append(taken, d.ID)
		if in.Tenant.MatchMode != MatchAll {
			break
		}
	}
	return taken
}

var modelWords = []string{"web", "Web", "CSV Import", "csv_import", "csv-import", "5", "5.0", "50", "-3", "0.5", "gold", "VIP", "é", "É"}

func drawCondition() *rapid.Generator[Condition] {
	return rapid.Custom(func(t *rapid.T) Condition {
		field := rapid.SampledFrom([]string{"lead_source", "entry_type", "tags", "plan", "budget", "contact:city", "contact:company"}).Draw(t, "field")
		operator := rapid.SampledFrom([]Operator{
			Equals, Equals, Equals, In, In, NotEquals, NotIn, Contains, Any, StartsWith, EndsWith, IsSet, IsNotSet,
			GreaterThan, GreaterOrEqual, LessThan, LessOrEqual,
		}).Draw(t, "operator")
		value := new(rapid.SampledFrom(modelWords).Draw(t, "value"))
		switch operator {
		case In, NotIn:
			value = new(strings.Join(rapid.SliceOfN(rapid.SampledFrom(modelWords), 1, 3).Draw(t, "values"), ","))
		case Equals, NotEquals:
			if rapid.IntRange(0, 9).Draw(t, "null") == 0 {
				value = nil
			}
		}
		c := conditionOn(field, operator, value)
		c.Group = rapid.IntRange(0, 2).Draw(t, "group")
		return c
	})
}

func drawFlow() *rapid.Generator[Definition] {
	return rapid.Custom(func(t *rapid.T) Definition {
		d := Definition{
			Name: "f", IsEnabled: rapid.IntRange(0, 9).Draw(t, "enabled") > 0,
			OutsideHours:   rapid.SampledFrom([]OutsideHours{NextFlow, Defer}).Draw(t, "outside"),
			ReentryMinutes: rapid.SampledFrom([]int{0, 1, 60}).Draw(t, "reentry"),
			Conditions:     rapid.SliceOfN(drawCondition(), 0, 5).Draw(t, "conditions"),
		}
		if rapid.IntRange(0, 4).Draw(t, "hours") == 0 {
			d.UseCustomBusinessHours = true
			d.BusinessHoursStart, d.BusinessHoursEnd = new("12:00:00"), new("23:59:59")
		}
		return d
	})
}

func drawMatch(t *rapid.T, flows []Definition) MatchInput {
	word := rapid.SampledFrom(append([]string{""}, modelWords...))
	in := MatchInput{
		Tenant: Tenant{
			TimeZone:               "UTC",
			MatchMode:              rapid.SampledFrom([]MatchMode{"", MatchFirst, MatchAll}).Draw(t, "mode"),
			OneExecutionPerContact: rapid.IntRange(0, 3).Draw(t, "one") == 0,
		},
		Lead:    Lead{LeadSource: word.Draw(t, "lead_source"), EntryType: word.Draw(t, "entry_type")},
		Contact: Contact{City: word.Draw(t, "city"), Company: word.Draw(t, "company"), CustomFields: map[string]any{}},
		Now:     time.Date(2026, 2, 2, rapid.IntRange(0, 22).Draw(t, "hour"), 0, 0, 0, time.UTC),
	}
	in.Contact.Tags = rapid.SliceOfN(rapid.SampledFrom(modelWords), 0, 3).Draw(t, "tags")
	if rapid.IntRange(0, 19).Draw(t, "dnc") == 0 {
		in.Contact.Tags = append(in.Contact.Tags, "DNC")
	}
	if plan := word.Draw(t, "plan"); plan != "" {
		in.Contact.CustomFields["plan"] = plan
	}
	switch rapid.IntRange(0, 3).Draw(t, "budget") {
	case 0:
		in.Contact.CustomFields["budget"] = nil
	case 1:
		in.Contact.CustomFields["budget"] = json.Number(rapid.SampledFrom([]string{"5", "50", "-3", "0.5", "5.00"}).Draw(t, "number"))
	case 2:
		in.Contact.CustomFields["budget"] = rapid.SampledFrom([]float64{5, 50, -3, 0.5}).Draw(t, "float")
	}
	for i, d := range flows {
		if rapid.IntRange(0, 4).Draw(t, fmt.Sprint("start ", i)) == 0 {
			ago := time.Duration(rapid.IntRange(0, 90).Draw(t, "ago")) * time.Minute
			in.Starts = append(in.Starts, Start{FlowID: d.ID, Running: rapid.Bool().Draw(t, "running"), At: in.Now.Add(-ago)})
		}
	}
	return in
}

// TestMatchingEqualsANaiveModel: with the index and without it, the flows
// taken are those of the model.
func TestMatchingEqualsANaiveModel(t *testing.T) {
	taken, passedOver := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		flows := rapid.SliceOfN(drawFlow(), 0, 12).Draw(t, "flows")
		priorities := rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range flows {
				if !yield(i) {
					return
				}
			}
		})).Draw(t, "priorities")
		compiled := make([]*Compiled, 0, len(flows))
		for i := range flows {
			flows[i].ID, flows[i].Priority = uuid.UUID{byte(i + 1)}, priorities[i]
			c, err := Compile(flows[i])
			require.NoError(t, err)
			compiled = append(compiled, c)
		}
		indexed, whole := newIndex(compiled, 0), newIndex(compiled, len(flows))
		for range 4 {
			in := drawMatch(t, flows)
			want := modelTaken(slices.Clone(flows), in)
			for _, ix := range []*Index{indexed, whole} {
				decision := ix.Match(in)
				got := []uuid.UUID{}
				for _, one := range decision.Taken {
					got = append(got, one.FlowID)
				}
				require.Equal(t, want, got)
				if decision.Outcome != DecisionSkipped {
					require.Equal(t, len(want) > 0, decision.Outcome == DecisionMatched)
				}
				taken += len(got)
				passedOver += decision.PassedOver
				for _, looked := range decision.Flows {
					d := flows[slices.IndexFunc(flows, func(d Definition) bool { return d.ID == looked.FlowID })]
					require.Equal(t, modelMatches(d, in), looked.Matches)
					require.Equal(t, looked.Matches, looked.Reason == AllConditionsMet)
				}
			}
		}
	})
	require.Positive(t, taken, "flows are drawn so that some match")
	require.Positive(t, passedOver, "flows are drawn so that the index leaves some aside")
}

func TestTheIndexPassesOverOnlyWhatCannotMatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		flows := rapid.SliceOfN(drawFlow(), 1, 12).Draw(t, "flows")
		compiled := make([]*Compiled, 0, len(flows))
		for i := range flows {
			flows[i].ID, flows[i].IsEnabled, flows[i].Priority = uuid.UUID{byte(i + 1)}, true, i
			c, err := Compile(flows[i])
			require.NoError(t, err)
			compiled = append(compiled, c)
		}
		in := drawMatch(t, nil)
		chosen := slices.Collect(newIndex(compiled, 0).candidates(newSubject(in.Lead, in.Contact, in.Now)))
		require.True(t, slices.IsSorted(chosen))
		for position := range flows {
			if modelMatches(flows[position], in) {
				require.Contains(t, chosen, position)
			}
		}
	})
}
