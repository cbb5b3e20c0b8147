package flow

import (
	"regexp"
	"strings"
)

// harmless are numbers and phone numbers, whose signs start no formula.
var harmless = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]+)?$`)

// CSVCell is a text as a cell of a CSV file that people open in a spreadsheet:
// one that would be taken for a formula gets an apostrophe before it, as OWASP
// advises against CSV injection. Numbers and E.164 phone numbers stay as they are.
func CSVCell(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(text)[0]) || harmless.MatchString(text) {
		return text
	}
	return "'" + text
}
