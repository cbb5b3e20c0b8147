package secret

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/google/uuid"
)

// maxPlaintext is the largest text that KMS encrypts directly, in bytes (AWS
// KMS API reference, Encrypt).
const maxPlaintext = 4096

// KMSAPI is what is used of *kms.Client.
type KMSAPI interface {
	Encrypt(ctx context.Context, in *kms.EncryptInput, opts ...func(*kms.Options)) (*kms.EncryptOutput, error)
	Decrypt(ctx context.Context, in *kms.DecryptInput, opts ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

// Box encrypts and opens the secrets of tenants. The tenant's id is the
// encryption context, so that a ciphertext copied into another tenant's row
// does not open. It is safe for use by many goroutines.
type Box struct {
	kms    KMSAPI
	keyID  string
	opened *cache[boxKey]
}

// NewBox returns a Box that uses the KMS key keyID (an id, ARN or alias).
func NewBox(api KMSAPI, keyID string) *Box {
	return &Box{kms: api, keyID: keyID, opened: newCache[boxKey]()}
}

// boxKey names a ciphertext together with whose it is said to be.
type boxKey struct {
	tenant uuid.UUID
	hash   [sha256.Size]byte
}

// Context is the encryption context of a tenant's secrets.
func Context(tenantID uuid.UUID) map[string]string {
	return map[string]string{"tenant_id": tenantID.String()}
}

// Seal returns the ciphertext of a tenant's secret, which opens for that
// tenant only. An empty secret has an empty ciphertext; one of more than 4,096
// bytes is an error.
func (b *Box) Seal(ctx context.Context, tenantID uuid.UUID, plaintext string) ([]byte, error) {
	if plaintext == "" {
		return nil, nil
	}
	if len(plaintext) > maxPlaintext {
		return nil, fmt.Errorf("encrypt a secret of tenant %s: it is longer than %d bytes", tenantID, maxPlaintext)
	}
	out, err := b.kms.Encrypt(ctx, &kms.EncryptInput{
		KeyId: &b.keyID, Plaintext: []byte(plaintext), EncryptionContext: Context(tenantID),
	})
	if err != nil {
		return nil, fmt.Errorf("encrypt a secret of tenant %s: %w", tenantID, err)
	}
	if len(out.CiphertextBlob) == 0 {
		return nil, errors.New("encrypt a secret: KMS gave no ciphertext")
	}
	return out.CiphertextBlob, nil
}

// Open returns the secret of a ciphertext, and keeps it in memory for five
// minutes. An empty ciphertext is an empty secret.
func (b *Box) Open(ctx context.Context, tenantID uuid.UUID, ciphertext []byte) (string, error) {
	if len(ciphertext) == 0 {
		return "", nil
	}
	key := boxKey{tenant: tenantID, hash: sha256.Sum256(ciphertext)}
	if value, age, ok := b.opened.get(key); ok && age < keptFor {
		return value, nil
	}
	out, err := b.kms.Decrypt(ctx, &kms.DecryptInput{
		KeyId: &b.keyID, CiphertextBlob: ciphertext, EncryptionContext: Context(tenantID),
	})
	if err != nil {
		b.opened.drop(key)
		return "", fmt.Errorf("open a secret of tenant %s: %w", tenantID, err)
	}
	b.opened.put(key, string(out.Plaintext))
	return string(out.Plaintext), nil
}
