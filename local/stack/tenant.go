package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/cloud"
	"github.com/auto-engagement/flows/local/stack/seed"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// tenantTime bounds the wait for another command that changes the stack.
const tenantTime = time.Minute

// tenant adds one to a running stack, with its accounts at the providers and
// somebody of each role.
func tenant(ctx context.Context, s stack, args []string) error {
	flags := flag.NewFlagSet("tenant", flag.ContinueOnError)
	name := flags.String("name", "", "what it is called")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *name == "" {
		return errors.New(`a tenant needs a name: stack tenant -name "Third Travels"`)
	}
	if err := s.mustRun(); err != nil {
		return err
	}
	unlock, err := s.lockWithin(ctx, tenantTime)
	if err != nil {
		return err
	}
	defer unlock()
	r := rise{stack: s, cloud: cloud.New(s.Settings)}
	if r.accounts, err = accounts.Load(s.Settings); err != nil {
		return err
	}
	if r.outputs, err = r.cloud.Outputs(ctx, settings.StackName); err != nil {
		return err
	}
	if r.accounts, err = r.accounts.Add(s.Settings, *name); err != nil {
		return err
	}
	alone := r.accounts
	alone.Tenants = alone.Tenants[len(alone.Tenants)-1:]
	if err := seed.Sandbox(ctx, s.Settings, alone); err != nil {
		return err
	}
	if err := r.seed(ctx, alone); err != nil {
		return err
	}
	if _, err := r.describe(); err != nil {
		return err
	}
	described, err := describeTenant(s.Settings, alone, alone.Tenants[0])
	if err != nil {
		return err
	}
	out := struct {
		fileTenant
		Users []filePerson `json:"users"`
	}{described, people(alone)}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		return fmt.Errorf("print the tenant: %w", err)
	}
	return nil
}
