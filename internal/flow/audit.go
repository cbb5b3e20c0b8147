package flow

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// AuditAction names what a person did that is on record.
type AuditAction string

// What is on record here; other parts have actions of their own, in the same
// form: what it was done to, and what.
const (
	AuditSuppressionAdded   AuditAction = "suppression.added"
	AuditSuppressionRemoved AuditAction = "suppression.removed"
	// AuditDNCRemoved is that a contact's do-not-contact tag was taken away.
	AuditDNCRemoved    AuditAction = "contact.dnc_removed"
	AuditContactErased AuditAction = "contact.erased"
	AuditFlowDeleted   AuditAction = "flow.deleted"
	// AuditIntegrationConnected is also that its settings or secret were changed.
	AuditIntegrationConnected    AuditAction = "integration.connected"
	AuditIntegrationDisconnected AuditAction = "integration.disconnected"
	// AuditTokenRotated is that a webhook got a new address.
	AuditTokenRotated AuditAction = "integration.token_rotated"
	// AuditSettingsChanged has the names of the changed fields in its details.
	AuditSettingsChanged AuditAction = "settings.changed"
)

// What it was done to.
const (
	AuditContact     = "contact"
	AuditFlow        = "flow"
	AuditSuppression = "suppression"
	// AuditIntegration has its kind as id.
	AuditIntegration = "integration"
	// AuditSettings have the tenant's id.
	AuditSettings = "settings"
)

// AuditEntry is something that a person did.
type AuditEntry struct {
	ID uuid.UUID
	At time.Time
	// Actor is the person's id as the token's issuer names it; "" when unknown.
	Actor  string
	Action AuditAction
	// SubjectKind and SubjectID are what it was done to.
	SubjectKind string
	SubjectID   string
	// Details is a JSON object. It holds no secret, and no name, phone or
	// e-mail: entries are never changed, and outlive an erasure.
	Details json.RawMessage
}

// AuditFilter selects entries; its zero value selects all.
type AuditFilter struct {
	Action      AuditAction
	SubjectKind string
	SubjectID   string
}
