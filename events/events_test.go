// Package events_test feeds every event that lies here to the handler that its
// function runs, on a real Postgres with the rows of seed.sql, with the
// provider sandbox as the outside world.
package events_test

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/engine"
)

// table says of each event what must come out.
func table() map[string]want {
	all := map[string]want{}
	for _, part := range []map[string]want{flowEvents, readEvents, leadEvents, taskEvents, webhookEvents, otherEvents, jobEvents} {
		maps.Copy(all, part)
	}
	return all
}

// files are the events that lie here, as <function>/<case>.
func files(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("*/*.json")
	require.NoError(t, err)
	for i, name := range found {
		found[i] = strings.TrimSuffix(filepath.ToSlash(name), ".json")
	}
	return found
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	event, err := os.ReadFile(name + ".json")
	require.NoError(t, err)
	return event
}

func TestEachEventComesToWhatItsEntrySays(t *testing.T) {
	t.Parallel()
	entries := table()
	b := setup(t)
	for _, name := range files(t) {
		expected, found := entries[name]
		t.Run(name, func(t *testing.T) {
			require.True(t, found, "events/%s.json has no entry in the table", name)
			b.reset(t)
			answer, err := b.invoke(t, path.Dir(name), read(t, name))
			expected.check(t, b, answer, err)
		})
	}
}

func TestEveryEntryHasItsEvent(t *testing.T) {
	t.Parallel()
	require.Subset(t, files(t), slices.Sorted(maps.Keys(table())), "entries without an event")
}

func TestEveryFunctionHasEvents(t *testing.T) {
	t.Parallel()
	mains, err := filepath.Glob("../functions/*/main.go")
	require.NoError(t, err)
	functions := map[string]bool{}
	for _, main := range mains {
		functions[filepath.Base(filepath.Dir(main))] = true
	}
	fed := map[string]bool{}
	for _, name := range files(t) {
		fed[path.Dir(name)] = true
	}
	require.Equal(t, functions, fed)
}

// Handlers overlook keys that they don't know; here such a key is a misspelt one.
func TestEventsHaveNoKeysThatTheirTypeDoesNotKnow(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		var event any
		switch path.Dir(name) {
		case "api", "dashboard", "webhook":
			event = &events.APIGatewayV2HTTPRequest{}
		case "matcher":
			event = &events.SQSEvent{}
		case "sweeper":
			event = &events.CloudWatchEvent{}
		case "migrate":
			event = &struct{}{}
		case "pretoken":
			event = &events.CognitoEventUserPoolsPreTokenGenV2_0{}
		case "importer", "exporter":
			event = &struct {
				events.S3Event

				TenantID string `json:"tenant_id"`
				ID       string `json:"id"`
			}{}
		default:
			event = &engine.Input{}
		}
		decoder := json.NewDecoder(bytes.NewReader(read(t, name)))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(event), name)
	}
}

// Whoever edits a message's body by hand is reminded of its sum.
func TestMessagesCarryTheSumOfTheirBody(t *testing.T) {
	t.Parallel()
	for _, name := range files(t) {
		if path.Dir(name) != "matcher" {
			continue
		}
		var batch events.SQSEvent
		require.NoError(t, json.Unmarshal(read(t, name), &batch))
		require.NotEmpty(t, batch.Records, name)
		for i, m := range batch.Records {
			sum := md5.Sum([]byte(m.Body))
			require.Equal(t, hex.EncodeToString(sum[:]), m.Md5OfBody, "%s, record %d", name, i)
		}
	}
}

func TestALeadWhoseMachineCannotStartComesBackAndOthersDoNot(t *testing.T) {
	t.Parallel()
	const name = "matcher/batch-of-ten-with-poison"
	b := setup(t)
	b.machines.refuse(true)
	answer, err := b.invoke(t, "matcher", read(t, name))
	require.NoError(t, err)

	var batch events.SQSEvent
	require.NoError(t, json.Unmarshal(read(t, name), &batch))
	var response events.SQSEventResponse
	require.NoError(t, json.Unmarshal(answer, &response))
	back := make([]string, len(response.BatchItemFailures))
	for i, failure := range response.BatchItemFailures {
		back[i] = failure.ItemIdentifier
	}
	var expected []string
	for i, m := range batch.Records {
		if i != 4 { // the poison
			expected = append(expected, m.MessageId)
		}
	}
	require.ElementsMatch(t, expected, back)

	// What comes back is found decided, and only started. The poison, which
	// SQS would not send again, goes the same way as before.
	b.machines.refuse(false)
	answer, err = b.invoke(t, "matcher", read(t, name))
	repeated := leadEvents[name]
	repeated.dead = append(repeated.dead, repeated.dead...)
	repeated.check(t, b, answer, err)
}
