package secret

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// fakeKMS binds a ciphertext to key and encryption context as KMS does.
type fakeKMS struct {
	calls int
	down  bool
}

var errDown = errors.New("KMS is away")

func seal(key string, context map[string]string) string {
	return key + "|" + context["tenant_id"] + "|"
}

func (f *fakeKMS) Encrypt(_ context.Context, in *kms.EncryptInput, _ ...func(*kms.Options)) (*kms.EncryptOutput, error) {
	f.calls++
	if f.down {
		return nil, errDown
	}
	return &kms.EncryptOutput{CiphertextBlob: append([]byte(seal(*in.KeyId, in.EncryptionContext)), in.Plaintext...)}, nil
}

func (f *fakeKMS) Decrypt(_ context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	f.calls++
	if f.down {
		return nil, errDown
	}
	plain, ok := bytes.CutPrefix(in.CiphertextBlob, []byte(seal(*in.KeyId, in.EncryptionContext)))
	if !ok {
		return nil, errors.New("InvalidCiphertextException")
	}
	return &kms.DecryptOutput{Plaintext: plain}, nil
}

// testBox is a box with its KMS and a clock that stands still.
func testBox() (*Box, *fakeKMS, *time.Time) {
	api := &fakeKMS{}
	b := NewBox(api, "alias/aef")
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	b.opened.now = func() time.Time { return now }
	return b, api, &now
}

var (
	acme  = uuid.MustParse("019ae5a0-0000-7000-8000-000000000001")
	other = uuid.MustParse("019ae5a0-0000-7000-8000-000000000002")
)

func TestASecretOpensForItsTenantOnly(t *testing.T) {
	t.Parallel()
	b, _, _ := testBox()
	sealed, err := b.Seal(t.Context(), acme, "bn-key")
	require.NoError(t, err)
	got, err := b.Open(t.Context(), acme, sealed)
	require.NoError(t, err)
	require.Equal(t, "bn-key", got)
	_, err = b.Open(t.Context(), other, sealed)
	require.ErrorContains(t, err, "InvalidCiphertextException", "also when it is in memory for its owner")
	require.NotContains(t, err.Error(), "bn-key")
}

func TestNoSecretNeedsNoKMS(t *testing.T) {
	t.Parallel()
	b, api, _ := testBox()
	sealed, err := b.Seal(t.Context(), acme, "")
	require.NoError(t, err)
	require.Empty(t, sealed)
	got, err := b.Open(t.Context(), acme, sealed)
	require.NoError(t, err)
	require.Empty(t, got)
	require.Zero(t, api.calls)
}

func TestASecretThatKMSCannotTakeIsAnError(t *testing.T) {
	t.Parallel()
	b, api, _ := testBox()
	_, err := b.Seal(t.Context(), acme, strings.Repeat("x", 4097))
	require.ErrorContains(t, err, "longer than 4096 bytes")
	require.Zero(t, api.calls)
}

func TestAnOpenedSecretIsKeptForFiveMinutes(t *testing.T) {
	t.Parallel()
	b, api, now := testBox()
	sealed, err := b.Seal(t.Context(), acme, "bn-key")
	require.NoError(t, err)
	open := func() int {
		before := api.calls
		got, err := b.Open(t.Context(), acme, sealed)
		require.NoError(t, err)
		require.Equal(t, "bn-key", got)
		return api.calls - before
	}
	require.Equal(t, 1, open())
	require.Equal(t, 0, open())
	*now = now.Add(5*time.Minute - 1)
	require.Equal(t, 0, open())
	*now = now.Add(1)
	require.Equal(t, 1, open())
	require.Equal(t, 0, open())
	*now = now.Add(time.Hour)
	api.down = true
	_, err = b.Open(t.Context(), acme, sealed)
	require.ErrorIs(t, err, errDown)
}

func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newCache[int]()
	for i := range 10 * maxKept {
		c.put(i, "x")
		require.LessOrEqual(t, len(c.kept), maxKept)
	}
}

// fakeManager answers with the value it holds.
type fakeManager struct {
	mu    sync.Mutex
	value string
	err   error
	calls atomic.Int64
	hold  chan struct{}
}

func (f *fakeManager) GetSecretValue(
	_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options),
) (*secretsmanager.GetSecretValueOutput, error) {
	f.calls.Add(1)
	if f.hold != nil {
		<-f.hold
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return nil, f.err
	}
	if *in.SecretId == "binary" {
		return &secretsmanager.GetSecretValueOutput{SecretBinary: []byte(f.value)}, nil
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: aws.String(f.value)}, nil
}

func testStore(value string) (*Store, *fakeManager, *time.Time) {
	api := &fakeManager{value: value}
	s := NewStore(api)
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	s.read.now = func() time.Time { return now }
	return s, api, &now
}

func get(t *testing.T, s *Store, arn string) string {
	t.Helper()
	v, err := s.Get(t.Context(), arn)
	require.NoError(t, err)
	return v
}

func TestAStoredSecretIsReadAgainAfterFiveMinutes(t *testing.T) {
	t.Parallel()
	s, api, now := testStore("one")
	require.Equal(t, "one", get(t, s, "arn"))
	api.value = "two"
	require.Equal(t, "one", get(t, s, "arn"))
	require.EqualValues(t, 1, api.calls.Load())
	*now = now.Add(5 * time.Minute)
	require.Equal(t, "two", get(t, s, "arn"))
	api.value = "three"
	fresh, err := s.Refresh(t.Context(), "arn")
	require.NoError(t, err)
	require.Equal(t, "three", fresh)
	require.Equal(t, "three", get(t, s, "arn"))
	require.Equal(t, "three", get(t, s, "binary"))
}

func TestAStoreThatIsAwayStopsNothingForAnHour(t *testing.T) {
	t.Parallel()
	s, api, now := testStore("one")
	require.Equal(t, "one", get(t, s, "arn"))
	api.err = errDown
	*now = now.Add(59 * time.Minute)
	require.Equal(t, "one", get(t, s, "arn"))
	*now = now.Add(time.Minute)
	_, err := s.Get(t.Context(), "arn")
	require.ErrorIs(t, err, errDown)
	_, err = s.Get(t.Context(), "never seen")
	require.ErrorIs(t, err, errDown)
}

func TestManyWaitForOneRead(t *testing.T) {
	t.Parallel()
	s, api, _ := testStore("one")
	api.hold = make(chan struct{})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			v, err := s.Get(context.Background(), "arn")
			if v != "one" || err != nil {
				t.Errorf("%q, %v", v, err)
			}
		})
	}
	close(api.hold)
	wg.Wait()
	require.LessOrEqual(t, api.calls.Load(), int64(20))
	require.Equal(t, "one", get(t, s, "arn"))
}

func TestGetJSONDoesNotQuoteTheSecret(t *testing.T) {
	t.Parallel()
	s, api, _ := testStore(`{"host":"db","port":5432}`)
	var got struct {
		Host string
		Port int
	}
	require.NoError(t, s.GetJSON(t.Context(), "arn", &got))
	require.Equal(t, "db", got.Host)
	require.Equal(t, 5432, got.Port)
	api.value = `hunter2`
	err := s.GetJSON(t.Context(), "other", &got)
	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
}
