package console

import (
	"strings"
	"unicode/utf8"
)

// Table lays rows out in columns as wide as their widest cell. The first row
// is the heading.
func Table(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var out strings.Builder
	line := func(cells []string, pad string) {
		var text strings.Builder
		text.WriteString(" ")
		for i, width := range widths {
			cell := ""
			if i < len(cells) {
				cell = cells[i]
			}
			text.WriteString(" " + cell + strings.Repeat(pad, width-utf8.RuneCountInString(cell)) + " ")
		}
		out.WriteString(strings.TrimRight(text.String(), " ") + "\n")
	}
	for i, row := range rows {
		line(row, " ")
		if i == 0 {
			line(nil, "─")
		}
	}
	return out.String()
}
