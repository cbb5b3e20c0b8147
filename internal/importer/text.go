package importer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// sampleBytes is how much of a file is looked at to tell encoding and delimiter.
const sampleBytes = 64 << 10

// text is a CSV file.
type text struct {
	reader *csv.Reader
	// number is the last row's, line where the next one begins when no empty
	// line lies between: the reader passes over those without a word.
	number, line int
}

// openText reads CSV in UTF-8, UTF-16 or, where it is neither, Windows-1252,
// with or without a byte order mark, with commas, semicolons, tabs or bars
// between cells, and with any line ends.
func openText(file io.Reader) (table, error) {
	raw := bufio.NewReaderSize(file, sampleBytes)
	sample, err := raw.Peek(sampleBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	decoded := bufio.NewReaderSize(transform.NewReader(raw, encodingOf(sample).NewDecoder()), sampleBytes)
	start, err := decoded.Peek(sampleBytes / 4)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	var in io.Reader = decoded
	if bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\n') < 0 {
		in = oldLineEnds{decoded}
		start = bytes.ReplaceAll(start, []byte{'\r'}, []byte{'\n'})
	}
	t := &text{reader: lenient(in, delimiterOf(start)), line: 1}
	t.reader.ReuseRecord = true
	return t, nil
}

// lenient is a reader that takes what spreadsheets and people write.
func lenient(in io.Reader, delimiter rune) *csv.Reader {
	r := csv.NewReader(in)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = delimiter, true, -1
	return r
}

func (t *text) next() (number int, cells []string, err error) {
	cells, err = t.reader.Read()
	if err != nil {
		if errors.Is(err, csv.ErrFieldCount) || errors.Is(err, csv.ErrQuote) || errors.Is(err, csv.ErrBareQuote) {
			return 0, nil, badFile("The file is not valid CSV near row %d", t.number+1)
		}
		return 0, nil, err
	}
	begins, _ := t.reader.FieldPos(0)
	t.number += 1 + max(0, begins-t.line)
	t.line = begins + 1
	for _, cell := range cells {
		t.line += strings.Count(cell, "\n")
		if len(cell) > maxCellBytes {
			return 0, nil, badFile("Row %d has a cell of more than %d KiB: perhaps a quotation mark is not closed", t.number, maxCellBytes>>10)
		}
	}
	return t.number, cells, nil
}

func (*text) close() {}

func encodingOf(sample []byte) encoding.Encoding {
	bom := func(e unicode.Endianness) encoding.Encoding { return unicode.UTF16(e, unicode.UseBOM) }
	switch {
	case bytes.HasPrefix(sample, []byte{0xFF, 0xFE}):
		return bom(unicode.LittleEndian)
	case bytes.HasPrefix(sample, []byte{0xFE, 0xFF}):
		return bom(unicode.BigEndian)
	}
	// Without a mark: the upper bytes of letters and delimiters are zero.
	var even, odd int
	for i, b := range sample {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	switch {
	case odd > len(sample)/4 && even == 0:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case even > len(sample)/4 && odd == 0:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case utf8.Valid(whole(sample)):
		return unicode.UTF8BOM
	}
	return charmap.Windows1252
}

// whole is the sample without a character that its end cut in two.
func whole(sample []byte) []byte {
	if len(sample) < sampleBytes {
		return sample
	}
	for cut := 1; cut <= utf8.UTFMax; cut++ {
		if at := len(sample) - cut; utf8.RuneStart(sample[at]) {
			if !utf8.FullRune(sample[at:]) {
				return sample[:at]
			}
			return sample
		}
	}
	return sample
}

// delimiterOf finds what parts the cells: what makes most rows of the sample
// as long as the first, and the first longest.
func delimiterOf(sample []byte) rune {
	best, most := ',', 0
	for _, delimiter := range []rune{',', ';', '\t', '|'} {
		r := lenient(bytes.NewReader(sample), delimiter)
		width, alike := 0, 0
		for range 20 {
			cells, err := r.Read()
			if err != nil {
				break
			}
			if width == 0 {
				width = len(cells)
			}
			if len(cells) == width {
				alike++
			}
		}
		if score := alike * (width - 1); width > 1 && score > most {
			best, most = delimiter, score
		}
	}
	return best
}

// oldLineEnds makes line feeds of lone carriage returns.
type oldLineEnds struct{ in io.Reader }

// Read implements io.Reader.
func (o oldLineEnds) Read(p []byte) (int, error) {
	n, err := o.in.Read(p)
	for i := range p[:n] {
		if p[i] == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
