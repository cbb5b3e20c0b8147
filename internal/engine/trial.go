package engine

import "github.com/auto-engagement/flows/internal/flow"

// TrialMaterial is what test mode holds a lead against: everything that live
// matching and the live steps would see, at one moment.
type TrialMaterial struct {
	// Flows are the tenant's enabled ones.
	Flows []flow.Definition
	// Contact is the lead's contact as it would stand after the lead was merged
	// into it. Its id is zero when there is no such contact yet.
	Contact      flow.Contact
	Suppressions []flow.Suppression
	Starts       []flow.Start
	// Templates are those asked for, by id.
	Templates map[string]EmailTemplate
}
