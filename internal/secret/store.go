package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"golang.org/x/sync/singleflight"
)

// staleFor is how long a secret is used on when Secrets Manager does not
// answer: an hour without it stops nothing that already runs.
const staleFor = time.Hour

// SecretsManagerAPI is what is used of *secretsmanager.Client.
type SecretsManagerAPI interface {
	GetSecretValue(
		ctx context.Context, in *secretsmanager.GetSecretValueInput, opts ...func(*secretsmanager.Options),
	) (*secretsmanager.GetSecretValueOutput, error)
}

// Store reads the deployment's secrets: database, JWT, WhatsApp app secret.
type Store struct {
	api  SecretsManagerAPI
	read *cache[string]
	// one lets a secret be read by one goroutine for all that wait for it.
	one singleflight.Group
}

// NewStore returns a Store over Secrets Manager.
func NewStore(api SecretsManagerAPI) *Store {
	return &Store{api: api, read: newCache[string]()}
}

// Get returns the current value of a secret by its ARN or name. It is read
// again after five minutes; when that fails, the old value is returned for up
// to an hour, and a warning is logged.
func (s *Store) Get(ctx context.Context, arn string) (string, error) {
	value, age, ok := s.read.get(arn)
	if ok && age < keptFor {
		return value, nil
	}
	fresh, err := s.Refresh(ctx, arn)
	if err != nil && ok && age < staleFor {
		slog.WarnContext(ctx, "a secret could not be read again; its last value is used",
			slog.String("secret", arn), slog.String("error", err.Error()))
		return value, nil
	}
	return fresh, err
}

// Refresh reads a secret now, past the cache: for whoever learns that the
// value he has does not hold any more, such as a rotated password.
func (s *Store) Refresh(ctx context.Context, arn string) (string, error) {
	value, err, _ := s.one.Do(arn, func() (any, error) {
		out, err := s.api.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
		if err != nil {
			return "", fmt.Errorf("read secret %s: %w", arn, err)
		}
		value := string(out.SecretBinary)
		if out.SecretString != nil {
			value = *out.SecretString
		}
		s.read.put(arn, value)
		return value, nil
	})
	text, _ := value.(string)
	return text, err
}

// GetJSON reads a secret that is a JSON document into v.
func (s *Store) GetJSON(ctx context.Context, arn string, v any) error {
	value, err := s.Get(ctx, arn)
	if err != nil {
		return err
	}
	if json.Unmarshal([]byte(value), v) != nil {
		// The reason would quote the secret.
		return fmt.Errorf("read secret %s: it is not the JSON that was expected", arn)
	}
	return nil
}
