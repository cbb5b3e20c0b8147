package rest

import (
	"context"
	"maps"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// SettingsKeeper keeps tenants' settings.
type SettingsKeeper interface {
	// Settings reads a tenant's settings; flow.ErrUnknownTenant.
	Settings(ctx context.Context, tenant uuid.UUID) (flow.Settings, error)
	// ChangeSettings stores what change makes of them, and nothing when that is
	// the same. An error of change is returned.
	ChangeSettings(ctx context.Context, tenant uuid.UUID, by string, change func(flow.Settings) (flow.Settings, error)) (flow.Settings, error)
}

// Settings are a tenant's own.
type Settings struct {
	Name                   string         `json:"name"`
	TimeZone               string         `json:"time_zone" doc:"IANA name"`
	DefaultRegion          string         `json:"default_region" doc:"ISO 3166 code of the country that phone numbers without a country code are read in"`
	BusinessHours          orNull[Hours]  `json:"business_hours" doc:"The default of flows without hours of their own; null: always open"`
	ContactWindows         ContactWindows `json:"contact_windows" doc:"When a contact may be reached, in the contact's time zone"`
	MatchMode              flow.MatchMode `json:"match_mode" enum:"first,all" doc:"Whether a lead enters the first flow that matches, or all"`
	OneExecutionPerContact bool           `json:"one_execution_per_contact" doc:"Whether a contact is in one flow at a time"`
	CallConcurrency        int            `json:"call_concurrency" minimum:"1" maximum:"1000" doc:"Calls at once"`
	UpdatedAt              instant        `json:"updated_at"`
}

// Hours are weekly opening hours.
type Hours struct {
	Start    string  `json:"start" doc:"HH:MM:SS"`
	End      string  `json:"end" doc:"HH:MM:SS, exclusive; 24:00:00 is midnight"`
	Days     []int   `json:"days" doc:"1 Monday to 7 Sunday"`
	TimeZone *string `json:"time_zone" doc:"IANA name; null: of business hours the tenant's, of contact windows the contact's"`
}

// ContactWindows are hours by channel; null: at any hour.
type ContactWindows struct {
	AICall          orNull[Hours] `json:"ai_call"`
	WhatsAppMessage orNull[Hours] `json:"whatsapp_message"`
	Email           orNull[Hours] `json:"email"`
}

// SettingsInput changes what is sent.
type SettingsInput struct {
	Name                   Optional[string]              `json:"name" required:"false" minLength:"1" maxLength:"255" pattern:"[^\\s\\x85]"`
	TimeZone               Optional[string]              `json:"time_zone" required:"false" format:"iana-time-zone" doc:"IANA name"`
	DefaultRegion          Optional[string]              `json:"default_region" required:"false" format:"iso-3166-alpha-2" doc:"ISO 3166 code of two capital letters"`
	BusinessHours          Nullable[HoursInput]          `json:"business_hours" required:"false"`
	ContactWindows         Optional[ContactWindowsInput] `json:"contact_windows" required:"false" doc:"A channel that is not sent stays as it is; null opens it at any hour"`
	MatchMode              Optional[flow.MatchMode]      `json:"match_mode" required:"false" enum:"first,all"`
	OneExecutionPerContact Optional[bool]                `json:"one_execution_per_contact" required:"false"`
	CallConcurrency        Optional[int]                 `json:"call_concurrency" required:"false" minimum:"1" maximum:"1000"`
	UpdatedAt              ReadOnly                      `json:"updated_at" required:"false"`
}

// HoursInput replaces hours whole.
type HoursInput struct {
	Start    Optional[string] `json:"start" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$" doc:"HH:MM or HH:MM:SS"`
	End      Optional[string] `json:"end" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00(:00)?)$" doc:"HH:MM or HH:MM:SS, after the start; 24:00 is midnight"`
	Days     Nullable[[]int]  `json:"days" required:"false" minimum:"1" maximum:"7" minItems:"1" maxItems:"7" uniqueItems:"true" doc:"1 Monday to 7 Sunday; default all"`
	TimeZone Nullable[string] `json:"time_zone" required:"false" format:"iana-time-zone" doc:"IANA name"`
}

// ContactWindowsInput changes the windows of the channels that are sent.
type ContactWindowsInput struct {
	AICall          Nullable[HoursInput] `json:"ai_call" required:"false"`
	WhatsAppMessage Nullable[HoursInput] `json:"whatsapp_message" required:"false"`
	Email           Nullable[HoursInput] `json:"email" required:"false"`
}

func (a *api) registerSettings() {
	register(a, huma.Operation{
		OperationID: "get-settings", Method: http.MethodGet, Path: Root + "/settings",
		Summary: "Read the tenant's settings", Tags: settingsTag,
	}, a.readSettings)
	register(a, huma.Operation{
		OperationID: "change-settings", Method: http.MethodPatch, Path: Root + "/settings",
		Summary:     "Change the tenant's settings; they count at once",
		Description: "Only the keys sent change; a channel of contact_windows that is not sent stays as it is.",
		Tags:        settingsTag,
	}, a.changeSettings)
}

func (a *api) readSettings(ctx context.Context, _ *struct{}) (*answer[success[Settings]], error) {
	s, err := a.Settings.Settings(ctx, who(ctx).TenantID)
	if err != nil {
		return nil, err
	}
	return ok(settingsOf(s)), nil
}

func (a *api) changeSettings(ctx context.Context, in *struct {
	Body body[SettingsInput]
},
) (*answer[success[Settings]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	by := who(ctx)
	changed, err := a.Settings.ChangeSettings(ctx, by.TenantID, by.UserID, func(s flow.Settings) (flow.Settings, error) {
		s = input.apply(s)
		if all := withOthers(problems, flow.ValidateSettings(&s)); len(all) > 0 {
			return s, invalid(all)
		}
		return s, nil
	})
	if err != nil {
		return nil, err
	}
	return ok(settingsOf(changed)), nil
}

// apply changes what was sent. s's windows are replaced, never written to.
func (in SettingsInput) apply(s flow.Settings) flow.Settings {
	set(&s.Name, in.Name)
	set(&s.TimeZone, in.TimeZone)
	set(&s.DefaultRegion, in.DefaultRegion)
	set(&s.MatchMode, in.MatchMode)
	set(&s.OneExecutionPerContact, in.OneExecutionPerContact)
	set(&s.CallConcurrency, in.CallConcurrency)
	if in.BusinessHours.Sent {
		s.BusinessHours = hoursIn(in.BusinessHours)
	}
	s.ContactWindows = maps.Clone(s.ContactWindows)
	if s.ContactWindows == nil {
		s.ContactWindows = map[flow.ActionType]flow.Hours{}
	}
	for channel, window := range map[flow.ActionType]Nullable[HoursInput]{
		flow.AICall:          in.ContactWindows.Value.AICall,
		flow.WhatsAppMessage: in.ContactWindows.Value.WhatsAppMessage,
		flow.Email:           in.ContactWindows.Value.Email,
	} {
		if !window.Sent {
			continue
		}
		delete(s.ContactWindows, channel)
		if hours := hoursIn(window); hours != nil {
			s.ContactWindows[channel] = *hours
		}
	}
	return s
}

// hoursIn is nil for null.
func hoursIn(in Nullable[HoursInput]) *flow.Hours {
	if in.Value == nil {
		return nil
	}
	hours := flow.Hours{Start: in.Value.Start.Value, End: in.Value.End.Value, TimeZone: said(in.Value.TimeZone)}
	if in.Value.Days.Value != nil {
		hours.Days = *in.Value.Days.Value
	}
	return &hours
}

func settingsOf(s flow.Settings) Settings {
	window := func(channel flow.ActionType) orNull[Hours] {
		if hours, has := s.ContactWindows[channel]; has {
			return hoursOf(hours)
		}
		return orNull[Hours]{}
	}
	out := Settings{
		Name: s.Name, TimeZone: s.TimeZone, DefaultRegion: s.DefaultRegion,
		ContactWindows: ContactWindows{AICall: window(flow.AICall), WhatsAppMessage: window(flow.WhatsAppMessage), Email: window(flow.Email)},
		MatchMode:      s.MatchMode, OneExecutionPerContact: s.OneExecutionPerContact, CallConcurrency: s.CallConcurrency,
		UpdatedAt: instant(s.UpdatedAt),
	}
	if s.BusinessHours != nil {
		out.BusinessHours = hoursOf(*s.BusinessHours)
	}
	return out
}

func hoursOf(h flow.Hours) orNull[Hours] {
	if len(h.Days) == 0 {
		h.Days = []int{1, 2, 3, 4, 5, 6, 7}
	}
	return orNull[Hours]{&Hours{Start: h.Start, End: h.End, Days: h.Days, TimeZone: textOrNull(h.TimeZone)}}
}
