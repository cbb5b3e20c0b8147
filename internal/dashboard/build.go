package dashboard

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

const (
	indexFile    = "index.html"
	notBuiltFile = "not-built.html"
	// assets holds the files whose names change with their text.
	assets = "assets/"
	// nonceMark stands in index.html where each answer's own nonce goes; Vite
	// writes it.
	nonceMark = "__CSP_NONCE__"
)

// types are those of the build's files: the machine's own table may differ.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".ico": "image/x-icon",
	".js": "text/javascript; charset=utf-8", ".json": "application/json", ".png": "image/png",
	".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".webp": "image/webp", ".woff2": "font/woff2",
}

// encodings are the ones made ready by the build, the better one first.
var encodings = []struct{ name, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

// build is the application, ready to be served.
type build struct {
	files   fs.FS
	found   map[string]file
	index   string
	connect []string
}

type file struct {
	// kind is the content type, tag the ETag; files under assets need none.
	kind, tag string
	// ready are the suffixes of encodings that lie beside it.
	ready map[string]bool
}

func readBuild(files fs.FS) (*build, error) {
	b := &build{files: files, found: map[string]file{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		kind, known := types[path.Ext(name)]
		if !known {
			return nil
		}
		f := file{kind: kind, ready: map[string]bool{}}
		for _, e := range encodings {
			if _, err := fs.Stat(files, name+e.suffix); err == nil {
				f.ready[e.suffix] = true
			}
		}
		if !strings.HasPrefix(name, assets) {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(text)
			f.tag = hex.EncodeToString(sum[:8])
		}
		b.found[name] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the build: %w", err)
	}
	index, err := fs.ReadFile(files, indexFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the build: %w", err)
	}
	b.index = string(index)
	delete(b.found, indexFile)
	return b, nil
}

// serve answers with the file named, and with the application for every other
// address: which pages there are, it knows itself.
func (b *build) serve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	f, found := b.found[name]
	switch {
	case found:
		b.serveFile(w, r, name, f)
	case strings.HasPrefix(name, assets):
		// A page of an earlier release asks for its file; the application
		// would be no answer to that.
		http.Error(w, "There is no such file.", http.StatusNotFound)
	case b.index == "":
		b.serveNotBuilt(w)
	default:
		b.servePage(w)
	}
}

// servePage writes the application's page, with a nonce of its own.
func (b *build) servePage(w http.ResponseWriter) {
	nonce := rand.Text()
	w.Header().Set("Content-Type", types[".html"])
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Security-Policy", pagePolicy(nonce, b.connect))
	_, _ = w.Write([]byte(strings.ReplaceAll(b.index, nonceMark, nonce)))
}

func (b *build) serveNotBuilt(w http.ResponseWriter) {
	text, err := fs.ReadFile(b.files, notBuiltFile)
	if err != nil {
		text = []byte("The dashboard is not built.")
	}
	w.Header().Set("Content-Type", types[".html"])
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(text)
}

func (b *build) serveFile(w http.ResponseWriter, r *http.Request, name string, f file) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	switch name {
	case previewFile:
		h.Set("Content-Security-Policy", previewPolicy)
	case guideFile:
		h.Set("Content-Security-Policy", guidePolicy)
	}
	suffix := ""
	for _, e := range encodings {
		if f.ready[e.suffix] && accepts(r.Header.Values("Accept-Encoding"), e.name) {
			suffix = e.suffix
			h.Set("Content-Encoding", e.name)
			break
		}
	}
	if f.tag == "" {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		tag := `"` + f.tag + suffix + `"`
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	text, err := fs.ReadFile(b.files, name+suffix)
	if err != nil {
		// Files were listed at the start, and are part of the program.
		http.Error(w, "The file cannot be read.", http.StatusInternalServerError)
		return
	}
	_, _ = w.Write(text) //nolint:gosec // a file of our own build
}

// accepts says whether a request takes an encoding (RFC 9110, 12.5.3). Only
// names written out count: "*" is not worth a guess.
func accepts(headers []string, encoding string) bool {
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, parameter, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		weight, given := strings.CutPrefix(strings.ReplaceAll(parameter, " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !given || err == nil && q > 0
	}
	return false
}
