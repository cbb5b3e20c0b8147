package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/auth"
)

// Me is who asks, as the token says, and the tenant they ask for.
type Me struct {
	Tenant   MyTenant  `json:"tenant"`
	UserID   *string   `json:"user_id" doc:"The person's id as the token's issuer names it"`
	Role     auth.Role `json:"role" doc:"owner, admin, manager, agent or viewer; any other reads"`
	CanWrite bool      `json:"can_write"`
	TimeZone string    `json:"time_zone" doc:"The tenant's, as an IANA name"`
}

// MyTenant is the tenant of the one who asks.
type MyTenant struct {
	ID   uuid.UUID `json:"id" format:"uuid"`
	Name string    `json:"name"`
}

func (a *api) registerMe() {
	register(a, huma.Operation{
		OperationID: "get-me", Method: http.MethodGet, Path: Base + "/me",
		Summary: "Read who asks: tenant, role and time zone", Tags: meTag,
	}, a.readMe)
}

func (a *api) readMe(ctx context.Context, _ *struct{}) (*answer[success[Me]], error) {
	me := who(ctx)
	tenant, err := a.Tenants.Tenant(ctx, me.TenantID)
	if err != nil {
		return nil, err
	}
	out := Me{
		Tenant: MyTenant{ID: tenant.ID, Name: tenant.Name}, Role: me.Role, CanWrite: me.CanWrite(), TimeZone: tenant.TimeZone,
	}
	if me.UserID != "" {
		out.UserID = &me.UserID
	}
	return ok(out), nil
}
