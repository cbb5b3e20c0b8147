package flow

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// ErrTemplateNotFound says that the tenant has no such e-mail template.
var ErrTemplateNotFound = errors.New("e-mail template not found")

// TemplateInUseError refuses to delete an e-mail template that is still needed.
type TemplateInUseError struct {
	// Flows are the names of flows that need it, at most 20.
	Flows []string
}

func (e TemplateInUseError) Error() string {
	return "the e-mail template is used by " + strings.Join(e.Flows, ", ")
}

// EmailTemplate is a tenant's e-mail template. Subject, HTML and Text are
// Liquid; one of HTML and Text may be empty.
type EmailTemplate struct {
	ID   uuid.UUID
	Name string
	// Category is the tenant's own word; nil for none.
	Category            *string
	Subject, HTML, Text string
	// IsActive is false for one that steps refuse to send.
	IsActive bool
	// Version grows by one with each change.
	Version              int
	CreatedAt, UpdatedAt time.Time
}

// TemplateFilter selects e-mail templates; its zero value selects all.
type TemplateFilter struct {
	Category *string
	IsActive *bool
	// Search is looked for in name and subject, in any case.
	Search string
}

// maxSubject is the longest line that a mail may have, in characters (RFC 5322,
// section 2.1.1).
const maxSubject = 998

// ValidateEmailTemplate finds everything wrong with a template but its Liquid,
// nil when nothing is.
func ValidateEmailTemplate(t *EmailTemplate) []FieldError {
	var found problems
	switch {
	case strings.TrimSpace(t.Name) == "":
		found.add("name", "name is required")
	case utf8.RuneCountInString(t.Name) > maxValue:
		found.addf("name", "name must be at most %d characters", maxValue)
	}
	if t.Category != nil && utf8.RuneCountInString(*t.Category) > maxValue {
		found.addf("category", "category must be at most %d characters", maxValue)
	}
	switch {
	case strings.TrimSpace(t.Subject) == "":
		found.add("subject", "subject is required")
	case utf8.RuneCountInString(t.Subject) > maxSubject:
		found.addf("subject", "subject must be at most %d characters", maxSubject)
	}
	if strings.TrimSpace(t.HTML) == "" && strings.TrimSpace(t.Text) == "" {
		found.add("html", "One of html and body_text is required")
	}
	return found
}
