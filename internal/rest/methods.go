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
	paths := a.huma.OpenAPI().Paths
	for path := range paths {
		allowed := methodsAt(paths, path)
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

// methodsAt are the methods of a path: those of its own operations, and those
// of operations that name it as one of few, as /integrations/{kind} names
// /integrations/bolna.
func methodsAt(paths map[string]*huma.PathItem, path string) (out []string) {
	found := map[string]bool{}
	for other, item := range paths {
		for _, op := range operationsOf(item) {
			if other == path || names(op, path) {
				found[op.Method] = true
				found[http.MethodHead] = found[http.MethodHead] || op.Method == http.MethodGet
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(methods), func(method string) bool { return !found[method] })
}

// names says whether a path is one of those that an operation's path
// parameters list.
func names(op *huma.Operation, path string) bool {
	mine, given := strings.Split(op.Path, "/"), strings.Split(path, "/")
	if len(mine) != len(given) {
		return false
	}
	for i, part := range mine {
		if part == given[i] {
			continue
		}
		listed := slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool {
			return p.In == "path" && part == "{"+p.Name+"}" && slices.Contains(p.Schema.Enum, any(given[i]))
		})
		if !listed {
			return false
		}
	}
	return true
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
