package cloud

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// PutUser has a user pool hold a person of a tenant, in a group, who signs in
// with this password at once. One that is there gets the password again.
func (c *Cloud) PutUser(ctx context.Context, pool, email, password, tenant, group string) error {
	_, err := c.users.AdminCreateUser(ctx, &cognitoidentityprovider.AdminCreateUserInput{
		UserPoolId: &pool, Username: &email, MessageAction: types.MessageActionTypeSuppress,
		UserAttributes: []types.AttributeType{
			{Name: aws.String("email"), Value: &email}, {Name: aws.String("email_verified"), Value: aws.String("true")},
			{Name: aws.String("custom:tenant_id"), Value: &tenant},
		},
	})
	if _, exists := errors.AsType[*types.UsernameExistsException](err); err != nil && !exists {
		return fmt.Errorf("make user %s: %w", email, err)
	}
	if _, err = c.users.AdminSetUserPassword(ctx, &cognitoidentityprovider.AdminSetUserPasswordInput{
		UserPoolId: &pool, Username: &email, Password: &password, Permanent: true,
	}); err != nil {
		return fmt.Errorf("set the password of %s: %w", email, err)
	}
	if _, err = c.users.AdminAddUserToGroup(ctx, &cognitoidentityprovider.AdminAddUserToGroupInput{
		UserPoolId: &pool, Username: &email, GroupName: &group,
	}); err != nil {
		return fmt.Errorf("put %s into group %s: %w", email, group, err)
	}
	return nil
}
