package flow_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
)

func TestColumnsAreGuessedByTheirNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, flow.Mapping{
		"Full Name": "name", "MOBILE NO.": "phone", "WhatsApp Number": "phone", "E-mail ID": "email", "Company": "company",
		"City": "city", "Country": "country", "Tags": "tags", "CRM ID": "external_id", "First name": "first_name",
		"नाम": "name", "मोबाइल नंबर": "phone", "व्हाट्सएप": "phone", "ईमेल": "email", "शहर": "city", "देश": "country", "कंपनी": "company",
		"Budget (INR)": "custom_fields.budget_inr", "बजट": "custom_fields.बजट", "Source": "lead_source", "--": "",
	}, flow.GuessMapping([]string{
		"Full Name", "MOBILE NO.", "WhatsApp Number", "E-mail ID", "Company", "City", "Country", "Tags", "CRM ID", "First name",
		"नाम", "मोबाइल नंबर", "व्हाट्सएप", "ईमेल", "शहर", "देश", "कंपनी", "Budget (INR)", "बजट", "Source", "--",
	}))
}

func TestAMappingSaysAllThatIsWrongWithIt(t *testing.T) {
	t.Parallel()
	columns := []string{"A", "B", "C", "D"}
	require.Empty(t, flow.Mapping{"A": "phone", "B": "custom_fields.x", "C": ""}.Check(columns))
	require.Empty(t, flow.Mapping{"Z": "email"}.Check(nil), "the columns are not known yet")
	problems := flow.Mapping{"A": "telephone", "B": "custom_fields. ", "D": "custom_fields." + strings.Repeat("x", 256), "Z": "phone"}.Check(columns)
	fields := make([]string, len(problems))
	for i, p := range problems {
		fields[i] = p.Field
	}
	require.Equal(t, []string{"mapping.A", "mapping.B", "mapping.D", "mapping.Z"}, fields)
	require.Equal(t, []flow.FieldError{{Field: "mapping", Message: "mapping must give a column the field phone or email"}}, flow.Mapping{"A": "name"}.Check(columns))
}
