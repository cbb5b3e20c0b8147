package bolna

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"github.com/auto-engagement/flows/internal/provider"
)

const (
	// pageSize is the largest that the listing takes.
	pageSize = 50
	// maxPages bounds a listing: 10,000 calls of one agent within the window
	// of a reconciliation are more than the provider's rate limit allows.
	maxPages = 200
	// clockSlack widens the window: created_at is the provider's clock.
	clockSlack = 2 * time.Minute
	// readers is how many executions are read at once.
	readers = 4
)

// Find looks for our call among the agent's executions created since from:
// GET /v2/agent/{agent_id}/executions, every page.
//
// The documentation says that entries of a listing are trimmed, and may lack
// what was sent along with the call. Such an entry is then read by its id. An
// error means that no look was completed; found is false only after the
// provider has shown everything.
func (c *Client) Find(
	ctx context.Context, cred provider.Credentials, agentID string, id uuid.UUID, from time.Time,
) (provider.CallReport, bool, error) {
	look := lookup{client: c, cred: cred, agentID: agentID, id: id, from: from, seen: map[string]bool{}}
	// The documentation gives the listing's filter by voicemail the default
	// false; whether calls that a machine answered are then left out, it does
	// not say.
	for _, voicemail := range []string{"", "true"} {
		report, found, err := look.through(ctx, voicemail)
		if err != nil {
			return provider.CallReport{}, false, fmt.Errorf("find call %s: %w", id, err)
		}
		if found {
			return report, true, nil
		}
	}
	return provider.CallReport{}, false, nil
}

// lookup is one search for one call.
type lookup struct {
	client  *Client
	cred    provider.Credentials
	agentID string
	id      uuid.UUID
	from    time.Time
	// seen holds the executions that were read already.
	seen map[string]bool
}

// through goes through all pages of the listing.
func (l lookup) through(ctx context.Context, voicemail string) (provider.CallReport, bool, error) {
	for page := 1; page <= maxPages; page++ {
		entries, more, err := l.page(ctx, page, voicemail)
		if err != nil {
			return provider.CallReport{}, false, err
		}
		var trimmed []string
		for _, e := range entries {
			// What names no call cannot be ours, nor be read.
			report, err := ParseExecution(e)
			switch {
			case err != nil:
			case report.OurID == l.id:
				return report, true, nil
			case report.OurID == uuid.Nil && !l.seen[report.ProviderID]:
				l.seen[report.ProviderID] = true
				trimmed = append(trimmed, report.ProviderID)
			}
		}
		report, found, err := l.read(ctx, trimmed)
		if err != nil || found {
			return report, found, err
		}
		if !more {
			return provider.CallReport{}, false, nil
		}
	}
	return provider.CallReport{}, false, fmt.Errorf("the agent has more than %d executions since then", maxPages*pageSize)
}

// page reads one page of the agent's executions. more says that there are
// further ones.
func (l lookup) page(ctx context.Context, page int, voicemail string) (entries []json.RawMessage, more bool, err error) {
	query := url.Values{
		"page_number": {strconv.Itoa(page)},
		"page_size":   {strconv.Itoa(pageSize)},
		"from":        {l.from.Add(-clockSlack).UTC().Format("2006-01-02T15:04:05.000Z")},
	}
	if voicemail != "" {
		query.Set("answered_by_voice_mail", voicemail)
	}
	reply := l.client.ask(ctx, l.cred, http.MethodGet, "/v2/agent/"+url.PathEscape(l.agentID)+"/executions?"+query.Encode(), nil)
	if isUnknownHere(reply) {
		// An agent that the provider does not know has no executions to find.
		return nil, false, nil
	}
	var raw json.RawMessage
	if err := reply.Decode(&raw); err != nil {
		return nil, false, fmt.Errorf("list executions, page %d: %w", page, err)
	}
	// The older listing is a bare array, all in one.
	if json.Unmarshal(raw, &entries) == nil && entries != nil {
		return entries, false, nil
	}
	var list struct {
		Data    *[]json.RawMessage `json:"data"`
		HasMore *bool              `json:"has_more"`
	}
	if err := json.Unmarshal(raw, &list); err != nil || list.Data == nil {
		return nil, false, fmt.Errorf("list executions, page %d: the answer is no list", page)
	}
	more = len(*list.Data) == pageSize
	if list.HasMore != nil {
		more = *list.HasMore && len(*list.Data) > 0
	}
	return *list.Data, more, nil
}

// read reads each execution until one is ours.
func (l lookup) read(ctx context.Context, providerIDs []string) (provider.CallReport, bool, error) {
	errFound := errors.New("found")
	hits := make(chan provider.CallReport, len(providerIDs))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for _, providerID := range providerIDs {
		group.Go(func() error {
			report, found, err := l.client.Read(inner, l.cred, providerID)
			if err == nil && found && report.OurID == l.id {
				hits <- report
				return errFound
			}
			return err
		})
	}
	err := group.Wait()
	select {
	case report := <-hits:
		return report, true, nil
	default:
		return provider.CallReport{}, false, err
	}
}
