package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

const (
	// maxUnzipped is how large a workbook may be unpacked.
	maxUnzipped = 600 << 20
	// Larger parts are unpacked to disk rather than to memory.
	maxInMemory = 16 << 20
)

// workbook is the first sheet of an XLSX file.
type workbook struct {
	file   *excelize.File
	sheet  *excelize.Rows
	number int
}

func openWorkbook(file io.Reader) (table, error) {
	packed, err := io.ReadAll(io.LimitReader(file, MaxXLSXBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the file: %w", err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(packed), excelize.Options{
		UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxInMemory,
		// A day reads the same whoever imports it.
		ShortDatePattern: "yyyy-mm-dd",
	})
	switch {
	case errors.Is(err, excelize.ErrWorkbookPassword):
		return nil, badFile("The workbook is protected by a password")
	case err != nil && len(packed) > 0 && bytes.HasPrefix(packed, []byte("PK")):
		return nil, badFile("The workbook cannot be read: it is damaged, or larger than %d MB unpacked", maxUnzipped>>20)
	case err != nil:
		return nil, badFile("The file is no XLSX workbook")
	}
	sheets := book.GetSheetList()
	if len(sheets) == 0 {
		_ = book.Close()
		return nil, badFile("The workbook has no sheet")
	}
	sheet, err := book.Rows(sheets[0])
	if err != nil {
		_ = book.Close()
		return nil, badFile("The first sheet of the workbook cannot be read")
	}
	return &workbook{file: book, sheet: sheet}, nil
}

func (w *workbook) next() (number int, cells []string, err error) {
	if !w.sheet.Next() {
		if err := w.sheet.Error(); err != nil {
			return 0, nil, badFile("The workbook is damaged after row %d", w.number)
		}
		return 0, nil, io.EOF
	}
	w.number++
	cells, err = w.sheet.Columns()
	if err != nil {
		return 0, nil, badFile("The workbook is damaged in row %d", w.number)
	}
	for _, cell := range cells {
		if len(cell) > maxCellBytes {
			return 0, nil, badFile("Row %d has a cell of more than %d KiB", w.number, maxCellBytes>>10)
		}
	}
	return w.number, cells, nil
}

func (w *workbook) close() {
	_ = w.sheet.Close()
	_ = w.file.Close() // removes what was unpacked to disk
}
