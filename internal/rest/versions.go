package rest

import (
	"context"
	"encoding/json"
	"math"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// FlowVersion is one version of a flow in the list of them.
type FlowVersion struct {
	FlowID    uuid.UUID `json:"flow_id" format:"uuid"`
	Version   int       `json:"version"`
	Name      string    `json:"name"`
	IsEnabled bool      `json:"is_enabled"`
	Priority  int       `json:"priority"`
	CreatedAt instant   `json:"created_at"`
	CreatedBy *string   `json:"created_by" doc:"Who made the change"`
}

// FlowComparison is what two versions of a flow say differently.
type FlowComparison struct {
	FlowID      uuid.UUID    `json:"flow_id" format:"uuid"`
	Version     int          `json:"version"`
	With        int          `json:"with"`
	Differences []Difference `json:"differences"`
}

// Difference is one value that differs.
type Difference struct {
	Field  string          `json:"field" doc:"Path, like actions[1].action_config.agent_id"`
	Before json.RawMessage `json:"before" doc:"null where it was not there"`
	After  json.RawMessage `json:"after" doc:"null where it is no longer there"`
}

// VersionPath is embedded by operations on one version.
type VersionPath struct {
	FlowPath

	N versionParam `path:"n"`
}

func (a *api) registerVersions() {
	missing := []int{http.StatusNotFound}
	register(a, huma.Operation{
		OperationID: "list-versions", Method: http.MethodGet, Path: Base + "/flows/{id}/versions",
		Summary: "List a flow's versions, newest first; they outlive the flow", Tags: flowsTag, Errors: missing,
	}, a.listVersions)
	register(a, huma.Operation{
		OperationID: "get-version", Method: http.MethodGet, Path: Base + "/flows/{id}/versions/{n}",
		Summary: "Read a flow as it was at a version", Tags: flowsTag, Errors: missing,
	}, a.readVersion)
	register(a, huma.Operation{
		OperationID: "compare-versions", Method: http.MethodGet, Path: Base + "/flows/{id}/versions/{n}/compare",
		Summary: "List what changes from a version to another", Tags: flowsTag, Errors: missing,
	}, a.compareVersions)
	register(a, huma.Operation{
		OperationID: "restore-version", Method: http.MethodPost, Path: Base + "/flows/{id}/versions/{n}/restore",
		Summary:     "Make a flow what it was at a version, as a new version; priority and is_enabled stay",
		Description: "The versions in between stay. A flow that was deleted cannot be restored.",
		Tags:        flowsTag,
		Errors:      []int{http.StatusNotFound, http.StatusConflict},
	}, a.restoreVersion)
}

func (a *api) listVersions(ctx context.Context, in *struct {
	FlowPath
	Paging
},
) (*answer[list[FlowVersion]], error) {
	versions, total, err := a.History.ListVersions(ctx, who(ctx).TenantID, *in.ID.id, in.page())
	if err != nil {
		return nil, err
	}
	data := make([]FlowVersion, len(versions))
	for i, v := range versions {
		data[i] = FlowVersion{
			FlowID: *in.ID.id, Version: v.Version, Name: v.Name, IsEnabled: v.IsEnabled, Priority: v.Priority,
			CreatedAt: instant(v.CreatedAt), CreatedBy: v.CreatedBy,
		}
	}
	return listOf(data, total, in.Paging), nil
}

func (a *api) readVersion(ctx context.Context, in *VersionPath) (*tagged[FlowWithDetails], error) {
	found, err := a.History.Versions(ctx, who(ctx).TenantID, *in.ID.id, in.N.n)
	if err != nil {
		return nil, err
	}
	return taggedFlow(ctx, found[0]), nil
}

func (a *api) compareVersions(ctx context.Context, in *struct {
	VersionPath

	With versionParam `query:"with" required:"true" doc:"The version to compare with, usually the later one"`
},
) (*answer[success[FlowComparison]], error) {
	if in.With.n == 0 {
		return nil, invalid([]flow.FieldError{{Field: "with", Message: "with must be the number of a version"}})
	}
	found, err := a.History.Versions(ctx, who(ctx).TenantID, *in.ID.id, in.N.n, in.With.n)
	if err != nil {
		return nil, err
	}
	return ok(FlowComparison{
		FlowID: *in.ID.id, Version: in.N.n, With: in.With.n,
		Differences: differencesOf(flow.Differences(found[0].Definition, found[1].Definition)),
	}), nil
}

func differencesOf(found []flow.Difference) []Difference {
	out := make([]Difference, len(found))
	for i, d := range found {
		out[i] = Difference(d)
	}
	return out
}

func (a *api) restoreVersion(ctx context.Context, in *struct {
	VersionPath
	IfMatch
},
) (*tagged[FlowWithDetails], error) {
	found, err := a.History.Versions(ctx, who(ctx).TenantID, *in.ID.id, in.N.n)
	if err != nil {
		return nil, err
	}
	stored, err := a.change(ctx, in.FlowPath, in.IfMatch, func(s flow.Stored) (flow.Definition, []flow.FieldError) {
		d := flow.Restored(s.Definition, found[0].Definition)
		return d, flow.Validate(&d)
	})
	if err != nil {
		return nil, err
	}
	return taggedFlow(ctx, stored), nil
}

type versionParam struct{ n int }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *versionParam) UnmarshalText(b []byte) (err error) {
	p.n, err = wholeNumber(b, 1, math.MaxInt32)
	return err
}

// Schema implements huma.SchemaProvider.
func (versionParam) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Minimum: new(1.0), Maximum: new(float64(math.MaxInt32))}
}
