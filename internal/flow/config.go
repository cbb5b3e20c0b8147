package flow

import (
	"encoding/json"
	"fmt"
)

// DefaultLanguage is the language of a WhatsApp template when the step names none.
const DefaultLanguage = "en"

// Call reads the configuration of an ai_call step. These readers expect what
// Validate let pass, and overlook unknown keys, which a newer version may have
// written; errors name the step.
func (a Action) Call() (CallConfig, error) { return readConfig[CallConfig](a, AICall) }

// WhatsApp reads the configuration of a whatsapp_message step; Language is
// DefaultLanguage when the step names none.
func (a Action) WhatsApp() (WhatsAppConfig, error) {
	config, err := readConfig[WhatsAppConfig](a, WhatsAppMessage)
	if config.Language == "" {
		config.Language = DefaultLanguage
	}
	return config, err
}

// Email reads the configuration of an email step.
func (a Action) Email() (EmailConfig, error) { return readConfig[EmailConfig](a, Email) }

// Wait reads the configuration of a wait step.
func (a Action) Wait() (WaitConfig, error) { return readConfig[WaitConfig](a, Wait) }

func readConfig[T any](a Action, kind ActionType) (T, error) {
	var config T
	if a.Type != kind {
		return config, fmt.Errorf("step %d is %s, not %s", a.Order, a.Type, kind)
	}
	if err := json.Unmarshal(a.Config, &config); err != nil {
		return config, fmt.Errorf("read configuration of step %d (%s): %w", a.Order, a.Type, err)
	}
	return config, nil
}
