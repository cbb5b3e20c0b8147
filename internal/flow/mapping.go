package flow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mapping gives the columns of a table, by name, the fields of a lead that
// they hold: one of ImportFields, or CustomPrefix and a name. A column without
// an entry, or with an empty one, is left out. Of several columns of one field
// the first that is filled counts; tags are united.
type Mapping map[string]string

// CustomPrefix stands before the name of a contact's own field.
const CustomPrefix = "custom_fields."

// ImportFields are the fields that a column may hold, beside custom fields.
// first_name and last_name together are the name where no column holds it.
var ImportFields = []string{
	"external_id", "name", "first_name", "last_name", "phone", "email", "company", "city", "country", "tags",
	"notes", "lead_source", "entry_type",
}

// Check says what is wrong with a mapping. columns are the table's; nil when
// they are not known yet.
func (m Mapping) Check(columns []string) []FieldError {
	var problems []FieldError
	add := func(column, message string) {
		problems = append(problems, FieldError{Field: "mapping." + column, Message: "mapping." + column + " " + message})
	}
	reachable := false
	for _, column := range slices.Sorted(maps.Keys(m)) {
		field := m[column]
		name, custom := strings.CutPrefix(field, CustomPrefix)
		switch {
		case columns != nil && !slices.Contains(columns, column):
			add(column, "is no column of the file")
		case custom && (strings.TrimSpace(name) == "" || utf8.RuneCountInString(name) > maxText):
			add(column, fmt.Sprintf("must name a custom field of 1 to %d characters", maxText))
		case !custom && field != "" && !slices.Contains(ImportFields, field):
			add(column, "must be one of "+strings.Join(ImportFields, ", ")+", or custom_fields.<name>")
		}
		reachable = reachable || field == "phone" || field == "email"
	}
	if len(problems) == 0 && !reachable {
		problems = append(problems, FieldError{Field: "mapping", Message: "mapping must give a column the field phone or email"})
	}
	return problems
}

// GuessMapping gives each column the field that its name speaks of, in English
// or Hindi; any other column becomes a custom field of its name.
func GuessMapping(columns []string) Mapping {
	out := make(Mapping, len(columns))
	for _, column := range columns {
		out[column] = guessField(column)
	}
	return out
}

func guessField(column string) string {
	plain := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, column)
	if field, known := headers[plain]; known {
		return field
	}
	name := strings.Join(strings.FieldsFunc(strings.ToLower(column), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r)
	}), "_")
	if name == "" || utf8.RuneCountInString(name) > maxText {
		return ""
	}
	return CustomPrefix + name
}

// headers are names of columns without case, spaces and signs, and what they mean.
var headers = func() map[string]string {
	out := map[string]string{}
	for field, names := range map[string]string{
		"external_id": "id externalid crmid leadid contactid customerid recordid",
		"name": "name fullname contactname leadname customername clientname personname " +
			"नाम पूरानाम ग्राहककानाम ग्राहकनाम naam",
		"first_name": "firstname givenname forename पहलानाम",
		"last_name":  "lastname surname familyname उपनाम अंतिमनाम",
		"phone": "phone phoneno phonenumber phone1 mobile mobileno mobilenumber mob mobno mobile1 cell cellphone cellnumber " +
			"whatsapp whatsappno whatsappnumber whatsappphone tel telephone telephoneno contact contactno contactnumber recipientphonenumber " +
			"फोन फ़ोन फोननंबर फ़ोननंबर मोबाइल मोबाइलनंबर मोबाईल मोबाईलनंबर व्हाट्सएप व्हाट्सऐप व्हाट्सएपनंबर संपर्क संपर्कनंबर",
		"email":       "email emailid emailaddress mail mailid ईमेल ईमेलआईडी ईमेलपता",
		"company":     "company companyname organization organisation organizationname firm business businessname कंपनी कम्पनी कंपनीकानाम संस्था",
		"city":        "city town location शहर नगर shahar",
		"country":     "country countryname nation देश desh",
		"tags":        "tag tags label labels टैग",
		"notes":       "note notes remark remarks comment comments message requirement टिप्पणी संदेश",
		"lead_source": "leadsource source स्रोत",
		"entry_type":  "entrytype",
	} {
		for name := range strings.FieldsSeq(names) {
			out[name] = field
		}
	}
	return out
}()
