package importer

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/auto-engagement/flows/internal/flow"
)

// Limits of a file.
const (
	// MaxCSVBytes and MaxXLSXBytes bound an upload. A workbook is compressed.
	MaxCSVBytes  = 100 << 20
	MaxXLSXBytes = 50 << 20
	maxRows      = 1_000_000
	maxColumns   = 500
	maxCellBytes = 64 << 10
)

// FileError says, in one sentence for people, why a file cannot be imported.
// Reading it again cannot help.
type FileError struct{ Sentence string }

func (e *FileError) Error() string { return e.Sentence }

func badFile(format string, args ...any) error {
	return &FileError{fmt.Sprintf(format, args...)}
}

// table reads a file row by row.
type table interface {
	// next gives a row and its number as spreadsheets count. The cells are good
	// until the next call. The error is io.EOF after the last.
	next() (number int, cells []string, err error)
	close()
}

// openTable reads the file as its format says.
func openTable(format flow.FileFormat, file io.Reader) (table, error) {
	if format == flow.XLSX {
		return openWorkbook(file)
	}
	return openText(file)
}

// rows are a table's rows below its header, without those that hold nothing.
type rows struct {
	table

	columns []string
	read    int
}

// openRows reads up to the header: the first row that holds anything.
func openRows(format flow.FileFormat, file io.Reader) (*rows, error) {
	t, err := openTable(format, file)
	if err != nil {
		return nil, err
	}
	for {
		_, cells, err := t.next()
		if errors.Is(err, io.EOF) {
			t.close()
			return nil, badFile("The file holds no rows")
		}
		if err != nil {
			t.close()
			return nil, err
		}
		if cells = filled(cells); len(cells) == 0 {
			continue
		}
		if len(cells) > maxColumns {
			t.close()
			return nil, badFile("The file has more than %d columns", maxColumns)
		}
		return &rows{table: t, columns: named(cells)}, nil
	}
}

// next gives the next row that holds anything, without empty cells at its end.
func (r *rows) next() (number int, cells []string, err error) {
	for {
		number, cells, err = r.table.next()
		if err != nil {
			return number, nil, err
		}
		if cells = filled(cells); len(cells) == 0 {
			continue
		}
		if r.read++; r.read > maxRows {
			return number, nil, badFile("The file has more than %d rows", maxRows)
		}
		return number, cells, nil
	}
}

// skip passes over rows that were read before.
func (r *rows) skip(n int) error {
	for range n {
		_, _, err := r.next()
		if errors.Is(err, io.EOF) {
			return badFile("The file has fewer rows than were read of it before")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// filled is a row without empty cells at its end.
func filled(cells []string) []string {
	n := len(cells)
	for n > 0 && strings.TrimSpace(cells[n-1]) == "" {
		n--
	}
	return cells[:n]
}

// named gives every column a name of its own, short enough to show.
func named(header []string) []string {
	names := make([]string, len(header))
	for i, cell := range header {
		name := strings.Join(strings.Fields(cleaned(cell)), " ")
		if name == "" {
			name = "Column " + strconv.Itoa(i+1)
		}
		name = shortened(name, 100)
		base := name
		for n := 2; slices.Contains(names[:i], name); n++ {
			name = base + " (" + strconv.Itoa(n) + ")"
		}
		names[i] = name
	}
	return names
}

// shortened is the text's first characters.
func shortened(text string, most int) string {
	runes := []rune(strings.ToValidUTF8(text, "\uFFFD"))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}

// cleaned is a text without NUL, which Postgres does not store.
func cleaned(text string) string { return strings.ReplaceAll(text, "\x00", "") }
