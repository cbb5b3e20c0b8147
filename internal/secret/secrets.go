// Package secret reads deployment secrets from Secrets Manager, and encrypts
// tenants' secrets with KMS, each under its tenant's encryption context: a
// ciphertext moved to another tenant does not open.
package secret

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"
)

// keepFor is how long a deployment secret is believed, so that a rotation
// shows without a deployment.
const keepFor = 5 * time.Minute

// Store reads deployment secrets. It is safe for concurrent use.
type Store struct {
	client *secretsmanager.Client
	mu     sync.Mutex
	kept   map[string]kept
}

type kept struct {
	text string
	at   time.Time
}

// NewStore reads from Secrets Manager with this client.
func NewStore(client *secretsmanager.Client) *Store {
	return &Store{client: client, kept: map[string]kept{}}
}

// Get is the text of the secret with this ARN or name, at most five minutes
// old. When Secrets Manager cannot be reached, an older text is given.
func (s *Store) Get(ctx context.Context, arn string) (string, error) {
	s.mu.Lock()
	old, found := s.kept[arn]
	s.mu.Unlock()
	if found && time.Since(old.at) < keepFor {
		return old.text, nil
	}
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
	switch {
	case err != nil && found:
		return old.text, nil
	case err != nil:
		return "", fmt.Errorf("read secret: %w", err)
	case out.SecretString == nil:
		return "", fmt.Errorf("secret %s holds no text", arn)
	}
	s.mu.Lock()
	s.kept[arn] = kept{*out.SecretString, time.Now()}
	s.mu.Unlock()
	return *out.SecretString, nil
}

// Box encrypts and decrypts tenants' secrets.
type Box struct {
	client *kms.Client
	key    string
}

// NewBox uses the KMS key with this id or ARN.
func NewBox(client *kms.Client, key string) *Box { return &Box{client, key} }

// Context is the encryption context of a tenant's secrets.
func Context(tenant uuid.UUID) map[string]string {
	return map[string]string{"tenant_id": tenant.String()}
}

// Seal encrypts a tenant's secret.
func (b *Box) Seal(ctx context.Context, tenant uuid.UUID, text string) ([]byte, error) {
	out, err := b.client.Encrypt(ctx, &kms.EncryptInput{KeyId: &b.key, Plaintext: []byte(text), EncryptionContext: Context(tenant)})
	if err != nil {
		return nil, fmt.Errorf("encrypt a secret of tenant %s: %w", tenant, err)
	}
	return out.CiphertextBlob, nil
}

// Open decrypts a tenant's secret.
func (b *Box) Open(ctx context.Context, tenant uuid.UUID, ciphertext []byte) (string, error) {
	out, err := b.client.Decrypt(ctx, &kms.DecryptInput{KeyId: &b.key, CiphertextBlob: ciphertext, EncryptionContext: Context(tenant)})
	if err != nil {
		return "", fmt.Errorf("decrypt a secret of tenant %s: %w", tenant, err)
	}
	return string(out.Plaintext), nil
}
