package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/flow"
)

// Contacts keeps contacts. Each method sees and changes one tenant's alone; a
// contact that is not there, or another tenant's, is flow.ErrContactNotFound.
type Contacts interface {
	// ListContacts gives contacts, newest first.
	ListContacts(ctx context.Context, tenant uuid.UUID, f flow.ContactFilter, p flow.Page) ([]flow.ContactRecord, flow.Total, error)
	Contact(ctx context.Context, tenant, id uuid.UUID) (flow.ContactDetails, error)
	// ChangeContact stores what change makes of the contact, and nothing when
	// that is the same. An error of change is returned; flow.KeysTakenError when
	// phone, e-mail or external id are another contact's.
	ChangeContact(ctx context.Context, tenant, id uuid.UUID, by string, change func(flow.Tenant, flow.Contact) (flow.Contact, error)) (flow.ContactRecord, error)
	// EraseContact deletes a contact with all that tells of the person, and
	// cancels what runs for it.
	EraseContact(ctx context.Context, tenant, id uuid.UUID, by string) error
}

// Entry takes contacts in that a person enters; intake.Entry does.
type Entry interface {
	// CreateContact stores a contact and puts it on the queue as a lead. The
	// error is a flow.KeysTakenError when other contacts have its phone, e-mail or
	// external id, and a *flow.RejectError when it can never be a lead.
	CreateContact(ctx context.Context, tenant uuid.UUID, n flow.NewContact, once *flow.Once[flow.ContactRecord]) (flow.ContactRecord, error)
}

// Contact is a person that flows engage.
type Contact struct {
	ID           uuid.UUID                  `json:"id" format:"uuid"`
	ExternalID   string                     `json:"external_id" doc:"Its id in an outside system; empty when there is none"`
	Name         string                     `json:"name"`
	Phone        string                     `json:"phone" doc:"E.164 when phone_valid, else as it was given"`
	PhoneValid   bool                       `json:"phone_valid"`
	Email        string                     `json:"email"`
	Company      string                     `json:"company"`
	City         string                     `json:"city"`
	Country      string                     `json:"country"`
	TimeZone     string                     `json:"time_zone" doc:"IANA name, by phone and country; empty when they do not tell, and then the tenant's holds"`
	Tags         []string                   `json:"tags"`
	CustomFields map[string]json.RawMessage `json:"custom_fields"`
	DoNotContact bool                       `json:"do_not_contact" doc:"One of its tags says DNC, do-not-call or do_not_contact"`
	CreatedAt    instant                    `json:"created_at"`
	UpdatedAt    instant                    `json:"updated_at"`
}

// ContactWithFacts is a contact and what there is about it.
type ContactWithFacts struct {
	Contact

	Suppressions   []Suppression                `json:"suppressions" doc:"Those that stop a channel for it, newest first"`
	LastLeadID     *uuid.UUID                   `json:"last_lead_id" format:"uuid" nullable:"true" doc:"Its newest lead; null when it has none"`
	LastLeadAt     *instant                     `json:"last_lead_at" nullable:"true"`
	LastLeadSource *string                      `json:"last_lead_source"`
	Executions     map[flow.ExecutionStatus]int `json:"executions" doc:"How many there are by status, test runs aside; read them with GET /executions?contact_id="`
}

func (a *api) registerContacts() {
	register(a, huma.Operation{
		OperationID: "list-contacts", Method: http.MethodGet, Path: Root + "/contacts",
		Summary: "List contacts, newest first", Tags: contactsTag,
	}, a.listContacts)
	register(a, huma.Operation{
		OperationID: "create-contact", Method: http.MethodPost, Path: Root + "/contacts",
		Summary:     "Create a contact, which is a lead to be matched",
		Description: "Its phone, e-mail and external id must be nobody else's; 409 names whose they are. It is matched as a lead of entry type manual is.",
		Tags:        contactsTag, DefaultStatus: http.StatusCreated,
		Errors: []int{http.StatusConflict},
	}, a.createContact)
	register(a, huma.Operation{
		OperationID: "get-contact", Method: http.MethodGet, Path: Root + "/contacts/{id}",
		Summary: "Read a contact", Tags: contactsTag, Errors: []int{http.StatusNotFound},
	}, a.readContact)
	register(a, huma.Operation{
		OperationID: "change-contact", Method: http.MethodPatch, Path: Root + "/contacts/{id}",
		Summary:     "Change a contact",
		Description: "Only the keys sent change. Tags replace the list; to take a do-not-contact tag away is for owner and admin. Custom fields are merged by name, and null removes one.",
		Tags:        contactsTag, Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, a.changeContact)
	register(a, huma.Operation{
		OperationID: "delete-contact", Method: http.MethodDelete, Path: Root + "/contacts/{id}",
		Summary: "Erase a contact and cancel what runs for it",
		Description: "Everything that tells of the person goes, also from leads, executions and logs; what flows did, when and with what result stays. " +
			"Suppressions stay, and a do-not-contact tag becomes suppressions of phone and e-mail, for they carry the refusal.",
		Tags: contactsTag, Errors: []int{http.StatusNotFound},
	}, a.deleteContact)
}

func (a *api) listContacts(ctx context.Context, in *struct {
	FeedPaging

	Search     textParam   `query:"search" doc:"Part of name, company, e-mail, external id or phone (however written); several words must all be found. Of one or two characters: the beginning of a word"`
	Tag        textParam   `query:"tag" doc:"A tag, in any case"`
	Suppressed eitherParam `query:"suppressed" doc:"Only those with (true) or without (false) a suppression; a do-not-contact tag is none"`
},
) (*answer[feed[Contact]], error) {
	page, err := in.page()
	if err != nil {
		return nil, err
	}
	filter := flow.ContactFilter{Search: in.Search.text, Tag: in.Tag.text, Suppressed: in.Suppressed.on}
	records, total, err := a.Contacts.ListContacts(ctx, who(ctx).TenantID, filter, page)
	if err != nil {
		return nil, err
	}
	place := func(c flow.ContactRecord) flow.Cursor { return flow.Cursor{At: c.CreatedAt, ID: c.ID} }
	return feedOf(records, total, in.Paging, place, contactOf)
}

func (a *api) createContact(ctx context.Context, in *struct {
	IdempotencyKey

	Body body[NewContactInput]
},
) (*answer[shown[success[Contact]]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	given := input.contact().apply(flow.EventContact{})
	n := flow.NewContact{Contact: given, LeadSource: said(input.LeadSource), EntryType: said(input.EntryType), Notes: said(input.Notes)}
	problems = withOthers(problems, append(given.Problems(), input.problems()...))
	if len(problems) > 0 {
		return nil, invalid(problems)
	}
	show := func(c flow.ContactRecord) success[Contact] {
		shown, _ := contactOf(c) // its custom fields were JSON a moment ago
		return success[Contact]{true, shown}
	}
	once, err := onceFor(in.IdempotencyKey, show, "create-contact", in.Body.raw)
	if err != nil {
		return nil, err
	}
	created, err := a.Entry.CreateContact(ctx, who(ctx).TenantID, n, once)
	if refused, is := errors.AsType[*flow.RejectError](err); is {
		return nil, badRequest(refused.Reason)
	}
	if err != nil {
		return nil, err
	}
	return &answer[shown[success[Contact]]]{shownOnce(once, created, show)}, nil
}

// ContactPath is embedded by operations on one contact.
type ContactPath struct {
	ID uuidParam `path:"id"`
}

func (a *api) readContact(ctx context.Context, in *ContactPath) (*answer[success[ContactWithFacts]], error) {
	details, err := a.Contacts.Contact(ctx, who(ctx).TenantID, *in.ID.id)
	if err != nil {
		return nil, err
	}
	contact, err := contactOf(details.ContactRecord)
	if err != nil {
		return nil, err
	}
	out := ContactWithFacts{Contact: contact, Suppressions: make([]Suppression, len(details.Suppressions)), Executions: details.Executions}
	for i, s := range details.Suppressions {
		out.Suppressions[i] = suppressionOf(s)
	}
	if l := details.LastLead; l != nil {
		out.LastLeadID, out.LastLeadAt, out.LastLeadSource = &l.ID, instantOrNil(&l.ReceivedAt), &l.LeadSource
	}
	return ok(out), nil
}

func (a *api) changeContact(ctx context.Context, in *struct {
	ContactPath

	Body body[ContactInput]
},
) (*answer[success[Contact]], error) {
	input, problems, err := decode(in.Body, false)
	if err != nil {
		return nil, err
	}
	by := who(ctx)
	record, err := a.Contacts.ChangeContact(ctx, by.TenantID, *in.ID.id, by.UserID, func(t flow.Tenant, c flow.Contact) (flow.Contact, error) {
		given := input.apply(c.Given())
		if problems := withOthers(problems, given.Problems()); len(problems) > 0 {
			return c, invalid(problems)
		}
		edited := c.Edited(given, t)
		if flow.LiftsRefusal(c, edited) && !by.CanAdminister() {
			return c, &failure{status: http.StatusForbidden, Message: "Only owner and admin take a do-not-contact tag away"}
		}
		return edited, nil
	})
	if err != nil {
		return nil, err
	}
	contact, err := contactOf(record)
	if err != nil {
		return nil, err
	}
	return ok(contact), nil
}

func (a *api) deleteContact(ctx context.Context, in *ContactPath) (*answer[done], error) {
	by := who(ctx)
	if err := a.Contacts.EraseContact(ctx, by.TenantID, *in.ID.id, by.UserID); err != nil {
		return nil, err
	}
	return &answer[done]{done{true, "Contact deleted successfully"}}, nil
}

func contactOf(r flow.ContactRecord) (Contact, error) {
	fields := make(map[string]json.RawMessage, len(r.CustomFields))
	for name, value := range r.CustomFields {
		raw, err := json.Marshal(value)
		if err != nil {
			return Contact{}, fmt.Errorf("show a custom field of contact %s: %w", r.ID, err)
		}
		fields[name] = raw
	}
	tags := r.Tags
	if tags == nil {
		tags = []string{}
	}
	return Contact{
		ID: r.ID, ExternalID: r.ExternalID, Name: r.Name, Phone: r.Phone, PhoneValid: r.PhoneValid, Email: r.Email,
		Company: r.Company, City: r.City, Country: r.Country, TimeZone: r.TimeZone, Tags: tags, CustomFields: fields,
		DoNotContact: r.DNC(), CreatedAt: instant(r.CreatedAt), UpdatedAt: instant(r.UpdatedAt),
	}, nil
}

// keysTaken is the 409 of a contact whose keys are other contacts'.
func keysTaken(taken flow.KeysTakenError) *failure {
	f := &failure{status: http.StatusConflict}
	for _, t := range taken.Taken {
		f.Details = append(f.Details, detail{Field: string(t.Kind), Message: fmt.Sprintf("%s belongs to another contact, %s", t.Kind, t.ContactID)})
	}
	f.Message = f.Details[0].Message
	return f
}
