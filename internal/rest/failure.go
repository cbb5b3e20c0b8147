package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"github.com/auto-engagement/flows/internal/auth"
	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
)

// failure is the envelope of every answer that is no success. Its schema in
// the document is named Failure.
type failure struct {
	status     int
	retryAfter int // seconds; 0: no header

	Success bool   `json:"success" enum:"false"`
	Message string `json:"error" doc:"One clear sentence"`
	// Details are all that is wrong with the input; Message is the first's.
	Details   []detail `json:"details,omitempty"`
	RequestID string   `json:"request_id"`
}

// detail is what is wrong with one field.
type detail struct {
	Field   string `json:"field" doc:"Path of the field, like actions[1].action_config.agent_id"`
	Message string `json:"message"`
}

func (f *failure) Error() string { return f.Message }

// GetStatus implements huma.StatusError.
func (f *failure) GetStatus() int { return f.status }

// GetHeaders implements huma.HeadersError.
func (f *failure) GetHeaders() http.Header {
	h := http.Header{}
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	if f.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

// setUpHuma replaces the functions by which huma makes its own errors; there
// is one of each for the whole program.
var setUpHuma = sync.OnceFunc(func() {
	huma.NewError = humaError
	huma.NewErrorWithContext = func(_ huma.Context, status int, msg string, errs ...error) huma.StatusError {
		return humaError(status, msg, errs...)
	}
	huma.DefaultArrayNullable = false
})

// humaError turns what huma finds wrong with a request into our envelope.
func humaError(status int, msg string, errs ...error) huma.StatusError {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return &failure{status: status, Message: "Request body is larger than 1 MiB"}
	case http.StatusUnprocessableEntity:
		status = http.StatusBadRequest
	case http.StatusInternalServerError:
		return &failure{status: status, Message: internalError}
	}
	out := &failure{status: status}
	for _, err := range errs {
		if own, ok := errors.AsType[*failure](err); ok {
			return own
		}
		if found, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			_, name, _ := strings.Cut(found.Location, ".")
			// Parameters' own types say what they must be; huma puts this before it.
			text := name + " " + strings.TrimPrefix(found.Message, "invalid value: ")
			out.Details = append(out.Details, detail{Field: name, Message: text})
		}
	}
	if len(out.Details) > 0 {
		out.Message = out.Details[0].Message
	} else if msg != "" {
		out.Message = strings.ToUpper(msg[:1]) + msg[1:]
	}
	return out
}

const internalError = "Internal server error"

// invalid is the 400 of fields that are wrong; there is at least one.
func invalid(fields []flow.FieldError) *failure {
	f := &failure{status: http.StatusBadRequest, Message: fields[0].Message}
	for _, e := range fields {
		f.Details = append(f.Details, detail(e))
	}
	return f
}

func badRequest(message string) *failure {
	return &failure{status: http.StatusBadRequest, Message: message}
}

// failureOf says what a handler's error is to the client. Causes that are not
// for clients are kept for the log line of the request.
func failureOf(ctx context.Context, err error) *failure {
	var own *failure
	var taken flow.PriorityTakenError
	var missing flow.MissingFlowError
	var keys flow.KeysTakenError
	var away unavailable
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &taken):
		return priorityTaken("priority", taken)
	case errors.As(err, &missing):
		return &failure{status: http.StatusNotFound, Message: fmt.Sprintf("Flow %s not found", missing.ID)}
	case errors.As(err, &keys):
		return keysTaken(keys)
	case errors.Is(err, flow.ErrSuppressionNotFound):
		return &failure{status: http.StatusNotFound, Message: "Suppression not found"}
	case errors.Is(err, flow.ErrFlowNotFound):
		return &failure{status: http.StatusNotFound, Message: "Flow not found"}
	case errors.Is(err, flow.ErrTooManyFlows):
		return tooManyFlows()
	case errors.Is(err, flow.ErrKeyReused):
		return &failure{status: http.StatusConflict, Message: "Idempotency-Key was used for another request"}
	case errors.Is(err, flow.ErrVersionNotFound):
		return &failure{status: http.StatusNotFound, Message: "Version not found"}
	case errors.Is(err, flow.ErrExecutionNotFound):
		return &failure{status: http.StatusNotFound, Message: "Execution not found"}
	case errors.Is(err, engine.ErrNotRunning):
		return &failure{status: http.StatusNotFound, Message: "Execution not found or not running"}
	case errors.Is(err, engine.ErrCancelPending):
		return &failure{
			status: http.StatusServiceUnavailable, retryAfter: 5,
			Message: "The execution is cancelled, and a request of it is just leaving: please ask again",
		}
	case errors.Is(err, flow.ErrLeadNotFound):
		return &failure{status: http.StatusNotFound, Message: "Lead not found"}
	case errors.Is(err, flow.ErrContactNotFound):
		return &failure{status: http.StatusNotFound, Message: "Contact not found"}
	case errors.Is(err, flow.ErrImportNotFound):
		return &failure{status: http.StatusNotFound, Message: "Import not found"}
	case errors.Is(err, flow.ErrExportNotFound):
		return &failure{status: http.StatusNotFound, Message: "Export not found"}
	case errors.Is(err, flow.ErrJobEnded):
		return &failure{status: http.StatusConflict, Message: "The import has ended"}
	case errors.Is(err, flow.ErrUnknownTenant):
		return &failure{status: http.StatusForbidden, Message: "Unknown tenant"}
	}
	exchangeOf(ctx).err = err
	switch {
	case errors.As(err, &away) && away.Unavailable():
		return &failure{status: http.StatusServiceUnavailable, retryAfter: 5, Message: "The database is away, please try again"}
	case errors.Is(err, auth.ErrUnavailable):
		return &failure{status: http.StatusServiceUnavailable, retryAfter: 5, Message: "Tokens cannot be verified right now, please try again"}
	}
	return &failure{status: http.StatusInternalServerError, Message: internalError}
}

func tooManyFlows() *failure {
	return badRequest(fmt.Sprintf("A tenant can have at most %d flows", flow.MaxFlows))
}

func priorityTaken(field string, taken flow.PriorityTakenError) *failure {
	text := fmt.Sprintf("Priority %d is already assigned to another flow", taken.Priority)
	return invalid([]flow.FieldError{{Field: field, Message: text}})
}

// stampRequestID puts the request's id into every failure that huma writes.
func stampRequestID(ctx huma.Context, _ string, v any) (any, error) {
	if f, ok := v.(*failure); ok {
		stamped := *f
		stamped.RequestID = exchangeOf(ctx.Context()).requestID
		return &stamped, nil
	}
	return v, nil
}

// refuse answers with a failure from a huma middleware.
func (a *api) refuse(ctx huma.Context, f *failure) {
	for name, values := range f.GetHeaders() {
		ctx.SetHeader(name, values[0])
	}
	_ = huma.WriteErr(a.huma, ctx, f.status, f.Message, f) // it logs what cannot be written
}

// writeFailure answers with a failure outside of huma.
func writeFailure(w http.ResponseWriter, r *http.Request, f *failure) {
	f.RequestID = exchangeOf(r.Context()).requestID
	for name, values := range f.GetHeaders() {
		w.Header().Set(name, values[0])
	}
	writeJSON(w, f.status, f)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // the client is gone, or v is a type of ours that encodes
}
