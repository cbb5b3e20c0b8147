package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/auto-engagement/flows/internal/flow"
	"github.com/auto-engagement/flows/internal/provider/whatsapp"
	"github.com/auto-engagement/flows/internal/unsubscribe"
	"github.com/auto-engagement/flows/internal/webhook"
)

const appSecret = "the-app-secret"

type received struct {
	kind   string
	tenant uuid.UUID
	bodies []json.RawMessage
}

// bundle is the handler with what it received.
type bundle struct {
	http.Handler

	tenant uuid.UUID
	got    []received
	leads  []flow.Arrival
	fail   error
	// refused are mails whose receivers want no more.
	refused []uuid.UUID
}

func setup() *bundle {
	b := &bundle{tenant: uuid.New()}
	routes := map[string]string{"bolna": "the-token", "whatsapp": "1555", "leads": "the-token", "ses": "the-token"}
	h := &webhook.Handler{
		Receive: func(_ context.Context, kind string, tenant uuid.UUID, bodies []json.RawMessage) error {
			b.got = append(b.got, received{kind, tenant, bodies})
			return b.fail
		},
		Route: func(_ context.Context, kind string, hash []byte) (uuid.UUID, bool, error) {
			want := sha256.Sum256([]byte(routes[kind]))
			return b.tenant, string(hash) == string(want[:]), nil
		},
		TakeLead: func(_ context.Context, tenant uuid.UUID, body []byte, as flow.Arrival, _ *flow.Once[flow.TakenLead]) (flow.TakenLead, error) {
			if b.fail != nil {
				return flow.TakenLead{}, b.fail
			}
			if _, _, err := flow.LeadEvent(tenant, body, as); err != nil {
				return flow.TakenLead{}, err
			}
			b.leads = append(b.leads, as)
			return flow.TakenLead{ID: tenant, Source: as.Source, EventID: as.ID}, nil
		},
		WhatsAppApp: func(context.Context) (string, string, error) { return appSecret, "verify-me", nil },
		Verify:      whatsapp.Verify, Split: whatsapp.Split,
		OpenSNS: func(_ context.Context, body []byte) (json.RawMessage, error) {
			switch string(body) {
			case "forged":
				return nil, webhook.ErrRefused
			case "a confirmation":
				return nil, b.fail
			}
			return body, nil
		},
		ReadLink: func(token string) (unsubscribe.Link, bool) {
			id, test := strings.CutPrefix(token, "test-")
			mail, err := uuid.Parse(id)
			return unsubscribe.Link{Tenant: b.tenant, Mail: mail, Test: test}, err == nil
		},
		Refuse: func(_ context.Context, tenant, mail uuid.UUID) (bool, error) {
			if tenant != b.tenant {
				panic("another tenant's mail")
			}
			if b.fail == nil {
				b.refused = append(b.refused, mail)
			}
			return b.fail == nil, b.fail
		},
	}
	b.Handler = h.Routes()
	return b
}

func (b *bundle) post(path, body, signature string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	if signature != "" {
		r.Header.Set("X-Hub-Signature-256", signature)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

func sign(body string) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestABolnaEventIsStoredForTheTokensTenant(t *testing.T) {
	b := setup()
	body := `{"id":"x","status":"completed"}`
	require.Equal(t, http.StatusOK, b.post("/webhooks/bolna/the-token", body, "").Code)
	require.Equal(t, []received{{"bolna", b.tenant, []json.RawMessage{json.RawMessage(body)}}}, b.got)

	require.Equal(t, http.StatusOK, b.post("/webhooks/bolna/the-token", `[{"id":"1"},{"id":"2"}]`, "").Code)
	require.Len(t, b.got[1].bodies, 2)
}

func TestWhatCannotBeTakenIsRefusedAndNotStored(t *testing.T) {
	for name, c := range map[string]struct {
		path, body string
		status     int
	}{
		"another token":       {"/webhooks/bolna/other", `{}`, http.StatusNotFound},
		"not JSON":            {"/webhooks/bolna/the-token", `{`, http.StatusBadRequest},
		"no object":           {"/webhooks/bolna/the-token", `"x"`, http.StatusBadRequest},
		"not UTF-8":           {"/webhooks/bolna/the-token", "{\"a\":\"\xff\"}", http.StatusBadRequest},
		"too large":           {"/webhooks/bolna/the-token", `{"a":"` + strings.Repeat("x", webhook.MaxBody) + `"}`, http.StatusRequestEntityTooLarge},
		"a lead's token":      {"/webhooks/leads/other", `{}`, http.StatusNotFound},
		"a lead not JSON":     {"/webhooks/leads/the-token", `{`, http.StatusBadRequest},
		"a lead that is none": {"/webhooks/leads/the-token", `[]`, http.StatusBadRequest},
		"no signature":        {"/webhooks/whatsapp", `{}`, http.StatusUnauthorized},
		"elsewhere":           {"/webhooks/other", `{}`, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup()
			w := b.post(c.path, c.body, "")
			require.Equal(t, c.status, w.Code)
			require.Contains(t, w.Body.String(), `"success":false`)
			require.Empty(t, b.got)
		})
	}
}

func TestASignedWhatsAppWebhookIsSplitIntoEntriesOfItsTenant(t *testing.T) {
	b := setup()
	entry := func(number string) string {
		return `{"changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"` + number +
			`"},"statuses":[{"id":"wamid.1","status":"sent"},{"id":"wamid.1","status":"delivered"}]}}]}`
	}
	body := `{"object":"whatsapp_business_account","entry":[` + entry("1555") + `,` + entry("9999") + `]}`
	require.Equal(t, http.StatusOK, b.post("/webhooks/whatsapp", body, sign(body)).Code)
	require.Len(t, b.got, 1, "a number of nobody is left")
	require.Len(t, b.got[0].bodies, 2)
	require.Equal(t, http.StatusUnauthorized, b.post("/webhooks/whatsapp", body+" ", sign(body)).Code)
}

func TestALeadIsTakenInForTheTokensTenant(t *testing.T) {
	b := setup()
	r := httptest.NewRequest(http.MethodPost, "/webhooks/leads/the-token", strings.NewReader(`{"contact":{"phone":"1"}}`))
	r.Header.Set("Idempotency-Key", "key")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	require.Equal(t, http.StatusAccepted, w.Code)
	require.JSONEq(t, `{"success":true,"data":{"id":"`+b.tenant.String()+`","event_id":"key"}}`, w.Body.String())
	require.Equal(t, []flow.Arrival{{Source: "webhook", EntryType: "webhook", ID: "key"}}, b.leads)

	r.Header.Set("Idempotency-Key", strings.Repeat("x", 256))
	w = httptest.NewRecorder()
	b.ServeHTTP(w, r)
	require.Equal(t, http.StatusBadRequest, w.Code)

	b.fail = errors.New("away")
	require.Equal(t, http.StatusServiceUnavailable, b.post("/webhooks/leads/the-token", `{"contact":{"phone":"1"}}`, "").Code)
}

func TestAnEventThatCouldNotBeStoredIsAskedForAgain(t *testing.T) {
	b := setup()
	b.fail = errors.New("away")
	w := b.post("/webhooks/bolna/the-token", `{}`, "")
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotEmpty(t, w.Header().Get("Retry-After"))
}

func TestTheHandshakeAnswersTheChallengeForTheVerifyToken(t *testing.T) {
	b := setup()
	get := func(query string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/webhooks/whatsapp?"+query, nil))
		return w
	}
	w := get("hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=12345")
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, "12345", w.Body.String())
	require.Equal(t, http.StatusForbidden, get("hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1").Code)
}
