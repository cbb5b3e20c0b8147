package importer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/auto-engagement/flows/internal/flow"
)

// numbered is a row with its number.
type numbered struct {
	Number int
	Cells  []string
}

// readAll reads a whole file: its columns and the rows below them.
func readAll(format flow.FileFormat, file []byte) (columns []string, all []numbered, err error) {
	table, err := openRows(format, bytes.NewReader(file))
	if err != nil {
		return nil, nil, err
	}
	defer table.close()
	for {
		number, cells, err := table.next()
		if errors.Is(err, io.EOF) {
			return table.columns, all, nil
		}
		if err != nil {
			return nil, nil, err
		}
		all = append(all, numbered{number, append([]string{}, cells...)})
	}
}

func asCSV(t require.TestingT, rows [][]string, delimiter rune, crlf bool) []byte {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma, w.UseCRLF = delimiter, crlf
	require.NoError(t, w.WriteAll(rows))
	return out.Bytes()
}

func asXLSX(t require.TestingT, rows [][]string) []byte {
	book := excelize.NewFile()
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, cell := range row {
			cells[j] = cell
		}
		require.NoError(t, book.SetSheetRow("Sheet1", "A"+strconv.Itoa(i+1), &cells))
	}
	var out bytes.Buffer
	require.NoError(t, book.Write(&out))
	return out.Bytes()
}

func TestATableReadsTheSameFromCSVAndFromXLSX(t *testing.T) {
	t.Parallel()
	cell := rapid.OneOf(
		rapid.SampledFrom([]string{"", "+919845012345", "a,b", "a;b", "tab\tbed", `"quoted"`, "two\nlines", "=1+1", "नमस्ते", "00123", "1e5", " "}),
		rapid.StringOfN(rapid.RuneFrom([]rune("abcXYZ019 ,;|\t\n\"'é नमस्🙂=+-@")), 0, 12, -1),
	)
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 6).Draw(t, "width")
		rows := [][]string{{}}
		for i := range width {
			rows[0] = append(rows[0], "Column name "+strconv.Itoa(i))
		}
		var want []numbered
		for i := range rapid.IntRange(0, 12).Draw(t, "rows") {
			row := rapid.SliceOfN(cell, width, width).Draw(t, "row")
			rows = append(rows, row)
			if cells := filled(row); len(cells) > 0 {
				want = append(want, numbered{i + 2, cells})
			}
		}
		delimiter := rapid.SampledFrom([]rune{',', ';', '\t', '|'}).Draw(t, "delimiter")
		for format, file := range map[flow.FileFormat][]byte{
			flow.CSV: asCSV(t, rows, delimiter, rapid.Bool().Draw(t, "crlf")), flow.XLSX: asXLSX(t, rows),
		} {
			columns, got, err := readAll(format, file)
			require.NoError(t, err)
			require.Equal(t, rows[0], columns)
			require.Empty(t, cmp.Diff(want, got), "%s", format)
		}
	})
}

func TestCSVIsReadInAnyUsualEncoding(t *testing.T) {
	t.Parallel()
	const text = "Name,City\r\nZoë Çelik,Málaga\r\n\r\n\"Two\nlines\",x\r\nLast,y"
	want := []numbered{{2, []string{"Zoë Çelik", "Málaga"}}, {4, []string{"Two\nlines", "x"}}, {5, []string{"Last", "y"}}}
	encoded := func(e encoding.Encoding, prefix string) []byte {
		out, err := e.NewEncoder().String(text)
		require.NoError(t, err)
		return []byte(prefix + out)
	}
	for name, file := range map[string][]byte{
		"UTF-8":               []byte(text),
		"UTF-8 with mark":     []byte("\ufeff" + text),
		"UTF-16LE with mark":  encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), ""),
		"UTF-16BE with mark":  encoded(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), ""),
		"UTF-16LE":            encoded(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), ""),
		"UTF-16BE":            encoded(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), ""),
		"Windows-1252":        encoded(charmap.Windows1252, ""),
		"old Mac's line ends": []byte(strings.ReplaceAll(strings.ReplaceAll(text, "\n", "\r"), "\r\r", "\r")),
	} {
		columns, got, err := readAll(flow.CSV, file)
		require.NoError(t, err, name)
		require.Equal(t, []string{"Name", "City"}, columns, name)
		if name == "old Mac's line ends" {
			require.Equal(t, "Zoë Çelik", got[0].Cells[0], name)
			require.Equal(t, "Last", got[len(got)-1].Cells[0], name)
			continue
		}
		require.Empty(t, cmp.Diff(want, got), name)
	}
}

// A character that the end of the sample cuts in two is no reason to take the
// file for another encoding.
func TestASampleMayEndWithinACharacter(t *testing.T) {
	t.Parallel()
	for shift := range 4 {
		file := "Name,Phone\n" + strings.Repeat("x", shift) + strings.Repeat("नाम,1\n", sampleBytes/8)
		_, got, err := readAll(flow.CSV, []byte(file))
		require.NoError(t, err)
		require.Equal(t, "नाम", got[len(got)-1].Cells[0])
	}
}

func TestColumnsHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	columns, _, err := readAll(flow.CSV, []byte("\n\nPhone,,Phone, Full   name ,Phone\n1"))
	require.NoError(t, err)
	require.Equal(t, []string{"Phone", "Column 2", "Phone (2)", "Full name", "Phone (3)"}, columns)
}

func TestNumbersAndDaysOfAWorkbookReadAsPeopleSeeThem(t *testing.T) {
	t.Parallel()
	book := excelize.NewFile()
	require.NoError(t, book.SetSheetRow("Sheet1", "A1", &[]any{"Phone", "Day", "Budget", "Flag"}))
	require.NoError(t, book.SetSheetRow("Sheet1", "A3", &[]any{919845012345, 46058, 2.5, true}))
	style, err := book.NewStyle(&excelize.Style{NumFmt: 14})
	require.NoError(t, err)
	require.NoError(t, book.SetCellStyle("Sheet1", "B3", "B3", style))
	var file bytes.Buffer
	require.NoError(t, book.Write(&file))
	_, got, err := readAll(flow.XLSX, file.Bytes())
	require.NoError(t, err)
	require.Equal(t, []numbered{{3, []string{"919845012345", "2026-02-05", "2.5", "TRUE"}}}, got)
}

func TestFilesThatCannotBeReadAreSaidToBe(t *testing.T) {
	t.Parallel()
	whole := asXLSX(t, [][]string{{"Phone"}, {"1"}})
	for want, file := range map[string]struct {
		format flow.FileFormat
		body   []byte
	}{
		"The file holds no rows":       {flow.CSV, []byte("\n , \n")},
		"The file is no XLSX workbook": {flow.XLSX, []byte("Phone\n1")},
		"The workbook cannot be read: it is damaged, or larger than 600 MB unpacked":   {flow.XLSX, whole[:len(whole)/2]},
		"Row 2 has a cell of more than 64 KiB: perhaps a quotation mark is not closed": {flow.CSV, []byte("Phone\n\"" + strings.Repeat("1\n", 40_000))},
		"The file has more than 500 columns":                                           {flow.CSV, []byte(strings.Repeat("a,", 500) + "b\n")},
	} {
		_, _, err := readAll(file.format, file.body)
		var bad *FileError
		require.ErrorAs(t, err, &bad)
		require.Equal(t, want, bad.Sentence)
	}
}
