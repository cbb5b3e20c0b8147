package lambdaio

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"
)

// tenantAttribute is the user pool's attribute that holds a person's tenant.
// Nobody but an administrator of the pool sets it: see template.yaml.
const tenantAttribute = "custom:tenant_id"

// PreToken is a pre-token-generation trigger of Cognito, event version 2: it
// puts the person's tenant into the access token as tenant_id, and leaves their
// groups as they are. A person
// without a tenant gets a token without the claim, which the API refuses.
//
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
func PreToken(_ context.Context, event events.CognitoEventUserPoolsPreTokenGenV2_0) (events.CognitoEventUserPoolsPreTokenGenV2_0, error) {
	// Cognito takes what is not sent back for what is to be taken away.
	event.Response.ClaimsAndScopeOverrideDetails.GroupOverrideDetails = event.Request.GroupConfiguration
	access := &event.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration
	tenant, err := uuid.Parse(event.Request.UserAttributes[tenantAttribute])
	if err != nil {
		// What a person could have put there by another way is no tenant either.
		access.ClaimsToSuppress = []string{"tenant_id"}
		slog.Warn("a token without a tenant", "user_pool_id", event.UserPoolID, "trigger", event.TriggerSource)
		return event, nil
	}
	access.ClaimsToAddOrOverride = map[string]any{"tenant_id": tenant.String()}
	slog.Info("a token", "tenant_id", tenant, "trigger", event.TriggerSource)
	return event, nil
}
