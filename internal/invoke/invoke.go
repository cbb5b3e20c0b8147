// Package invoke starts the functions that work on jobs (Lambda, asynchronous).
package invoke

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/uuid"
)

// Functions are those that work on jobs.
type Functions struct {
	client             *lambda.Client
	importer, exporter string
}

// New invokes the functions with these names. Either may be empty when it is
// never invoked.
func New(client *lambda.Client, importer, exporter string) *Functions {
	return &Functions{client, importer, exporter}
}

// Import has an import taken up.
func (f *Functions) Import(ctx context.Context, tenant, id uuid.UUID) error {
	return f.invoke(ctx, f.importer, tenant, id)
}

// Export has an export taken up.
func (f *Functions) Export(ctx context.Context, tenant, id uuid.UUID) error {
	return f.invoke(ctx, f.exporter, tenant, id)
}

func (f *Functions) invoke(ctx context.Context, function string, tenant, id uuid.UUID) error {
	payload, err := json.Marshal(map[string]uuid.UUID{"tenant_id": tenant, "id": id})
	if err != nil {
		return fmt.Errorf("encode job %s: %w", id, err)
	}
	_, err = f.client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, InvocationType: types.InvocationTypeEvent, Payload: payload})
	if err != nil {
		return fmt.Errorf("invoke %s for job %s: %w", function, id, err)
	}
	return nil
}
