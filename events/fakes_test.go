package events_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/auto-engagement/flows/internal/engine"
	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/intake"
)

// machines stands for Step Functions.
type machines struct {
	mu       sync.Mutex
	started  []string
	answered []string
	stopped  []string
	refusing bool
}

var (
	_ engine.Machines = (*machines)(nil)
	_ intake.Starter  = (*machines)(nil)
)

// refuse makes every start fail, or no longer.
func (m *machines) refuse(refusing bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refusing = refusing
}

func (m *machines) Start(_ context.Context, _, execution uuid.UUID, runNo int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refusing {
		return errors.New("ThrottlingException: Rate exceeded")
	}
	if name := fmt.Sprintf("%s-r%d", execution, runNo); !slices.Contains(m.started, name) {
		m.started = append(m.started, name)
	}
	return nil
}

func (m *machines) State(_ context.Context, execution uuid.UUID, runNo int) (engine.MachineState, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if slices.Contains(m.started, fmt.Sprintf("%s-r%d", execution, runNo)) {
		return engine.MachineRunning, nil
	}
	return engine.MachineMissing, nil
}

func (m *machines) Stop(_ context.Context, execution uuid.UUID, runNo int, _ string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stopped = append(m.stopped, fmt.Sprintf("%s-r%d", execution, runNo))
	return nil
}

func (m *machines) Succeed(_ context.Context, token string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answered = append(m.answered, token)
	return nil
}

// queue stands for the lead queue.
type queue struct {
	mu   sync.Mutex
	sent []string
}

var _ intake.Queue = (*queue)(nil)

func (q *queue) SendLead(_ context.Context, tenant uuid.UUID, _ []byte) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sent = append(q.sent, tenant.String())
	return nil
}

// deadLetters stands for the dead-letter queue.
type deadLetters struct {
	mu      sync.Mutex
	reasons []string
}

var _ intake.DeadLetters = (*deadLetters)(nil)

func (d *deadLetters) Send(_ context.Context, _ []byte, reason, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.reasons = append(d.reasons, reason)
	return nil
}

// DeadLetters implements rest.DeadLetters: five messages of before, and what
// was sent since.
func (d *deadLetters) DeadLetters(context.Context) []flow.DeadLetterQueue {
	d.mu.Lock()
	defer d.mu.Unlock()
	return []flow.DeadLetterQueue{{Name: flow.LeadDeadLetters, Messages: 5 + len(d.reasons)}}
}

// unencrypted stands for KMS: the ciphertext is the text.
type unencrypted struct{}

var _ engine.Secrets = unencrypted{}

func (unencrypted) Open(_ context.Context, _ uuid.UUID, ciphertext []byte) (string, error) {
	return string(ciphertext), nil
}

// Seal implements connect.Secrets.
func (unencrypted) Seal(_ context.Context, _ uuid.UUID, plaintext string) ([]byte, error) {
	return []byte(plaintext), nil
}
