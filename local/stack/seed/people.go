package seed

import (
	"context"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/cloud"
)

// People makes those who sign in at the user pool.
func People(ctx context.Context, c *cloud.Cloud, pool string, a accounts.Accounts) error {
	for _, p := range a.People() {
		if err := c.PutUser(ctx, pool, p.Email, a.LoginPassword, p.Tenant.String(), p.Role); err != nil {
			return err
		}
	}
	return nil
}
