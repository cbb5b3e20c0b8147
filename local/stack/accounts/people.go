package accounts

import (
	"strings"

	"github.com/google/uuid"
)

// Roles are the groups of the user pool.
var Roles = []string{"owner", "admin", "manager", "agent", "viewer"}

// Person is one who signs in at the user pool, with LoginPassword.
type Person struct {
	// Email is the name to sign in with, such as owner@demo.example.
	Email  string
	Role   string
	Tenant uuid.UUID
}

// People are one of each role in each tenant.
func (a Accounts) People() (all []Person) {
	for _, t := range a.Tenants {
		_, domain, _ := strings.Cut(t.MailFrom, "@")
		for _, role := range Roles {
			all = append(all, Person{Email: role + "@" + domain, Role: role, Tenant: t.ID})
		}
	}
	return all
}
