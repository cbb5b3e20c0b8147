package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
	http.MethodOptions, http.MethodTrace, http.MethodConnect,
}

// refuseOtherMethods answers 405 where a path has no such method, and 404 for
// all other paths. Each path needs it for itself: /flows/export is no flow's id
// to PATCH.
func (a *api) refuseOtherMethods(mux *http.ServeMux) {
	allow := map[string]string{}
	for path, item := range a.huma.OpenAPI().Paths {
		allowed := methodsOf(item)
		allow[path] = strings.Join(allowed, ", ")
		for _, method := range methods {
			if !slices.Contains(allowed, method) {
				mux.HandleFunc(method+" "+path, notAllowed(allow[path]))
			}
		}
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		get := *r
		get.Method = http.MethodGet
		_, pattern := mux.Handler(&get)
		_, path, found := strings.Cut(pattern, " ")
		switch known := allow[path]; {
		case !found:
			notFound(w, r)
		case known != "":
			notAllowed(known)(w, r)
		default: // beside the operations there are only pages to read
			notAllowed("GET, HEAD")(w, r)
		}
	})
}

func methodsOf(item *huma.PathItem) (out []string) {
	for _, op := range operationsOf(item) {
		out = append(out, op.Method)
		if op.Method == http.MethodGet {
			out = append(out, http.MethodHead)
		}
	}
	return out
}

func notAllowed(allow string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allow)
		writeFailure(w, r, &failure{status: http.StatusMethodNotAllowed, Message: "Method not allowed"})
	}
}

func notFound(w http.ResponseWriter, r *http.Request) {
	writeFailure(w, r, &failure{status: http.StatusNotFound, Message: "Not found"})
}
