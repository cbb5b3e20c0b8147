package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"os"
	"strings"
	"time"

	"github.com/auto-engagement/flows/local/stack/accounts"
	"github.com/auto-engagement/flows/local/stack/cloud"
	"github.com/auto-engagement/flows/local/stack/console"
	"github.com/auto-engagement/flows/local/stack/leads"
	"github.com/auto-engagement/flows/local/stack/settings"
)

// leadTime bounds the following of one lead.
const leadTime = 10 * time.Minute

// lead sends one lead to the demo's tenant and follows it to its end.
func lead(ctx context.Context, s stack, args []string) error {
	flags := flag.NewFlagSet("lead", flag.ContinueOnError)
	l := leads.Lead{Event: "lead-" + rand.Text()[:12], Source: "make-lead"}
	flags.StringVar(&l.LeadSource, "source", "", "where the lead comes from; flows match on it")
	flags.StringVar(&l.Phone, "phone", "", "its number")
	flags.StringVar(&l.Name, "name", "", "its name")
	flags.StringVar(&l.Email, "email", "", "its e-mail address")
	tags := flags.String("tags", "", "its tags, separated by commas")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if l.LeadSource == "" || l.Phone == "" && l.Email == "" {
		return errors.New("a lead needs a source, and a phone or an e-mail: make lead SOURCE=IndiaMART PHONE=+919845012345")
	}
	for tag := range strings.SplitSeq(*tags, ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			l.Tags = append(l.Tags, tag)
		}
	}
	if err := s.mustRun(); err != nil {
		return err
	}
	a, err := accounts.Load(s.Settings)
	if err != nil {
		return err
	}
	l.Tenant = a.Tenants[0].ID
	c := cloud.New(s.Settings)
	outputs, err := c.Outputs(ctx, settings.StackName)
	if err != nil {
		return err
	}
	r := rise{stack: s, accounts: a}
	db, err := r.database(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	board := console.New(os.Stdout)
	defer board.Close()
	if err := send(ctx, c, s.Settings, outputs["LeadQueueUrl"], l); err != nil {
		return err
	}
	board.Printf("  Lead %s is on the queue.", l.Event)
	_, err = leads.Follow(ctx, db, board, []leads.Lead{l}, leadTime)
	return err
}

func send(ctx context.Context, c *cloud.Cloud, s settings.Settings, queue string, l leads.Lead) error {
	body, err := l.Body(s.Now())
	if err != nil {
		return err
	}
	return c.Send(ctx, queue, l.Tenant.String(), body)
}
