package cloud

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

type sqsAttribute = types.QueueAttributeName

const (
	visible = types.QueueAttributeNameApproximateNumberOfMessages
	inWork  = types.QueueAttributeNameApproximateNumberOfMessagesNotVisible
)

// Line is a line that a function logged.
type Line struct {
	At       time.Time
	Function string
	Text     string
}

// Logs are the lines that functions logged since an instant, oldest first. An
// empty function means all of them. What is in seen is left out, and what is
// returned is added to it.
func (c *Cloud) Logs(ctx context.Context, stack, function string, since time.Time, seen map[string]bool) ([]Line, error) {
	groups, err := c.groups(ctx, "/aws/lambda/"+stack+"-"+function)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for _, group := range groups {
		// The emulator gives events no ids of their own: alike ones are told
		// apart by their number.
		alike := map[string]int{}
		pages := cloudwatchlogs.NewFilterLogEventsPaginator(c.logs, &cloudwatchlogs.FilterLogEventsInput{
			LogGroupName: &group, StartTime: aws.Int64(since.UnixMilli()),
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if _, missing := errors.AsType[*logtypes.ResourceNotFoundException](err); missing {
				break
			}
			if err != nil {
				return nil, fmt.Errorf("read the log of %s: %w", group, err)
			}
			for _, event := range page.Events {
				line := Line{
					At:       time.UnixMilli(aws.ToInt64(event.Timestamp)),
					Function: strings.TrimPrefix(group, "/aws/lambda/"+stack+"-"),
					Text:     strings.TrimSpace(aws.ToString(event.Message)),
				}
				key := fmt.Sprintf("%s %d %s", group, line.At.UnixNano(), line.Text)
				alike[key]++
				if key = fmt.Sprintf("%s #%d", key, alike[key]); !seen[key] {
					seen[key] = true
					lines = append(lines, line)
				}
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return lines, nil
}

func (c *Cloud) groups(ctx context.Context, prefix string) ([]string, error) {
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(c.logs, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &prefix})
	var names []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the functions' logs: %w", err)
		}
		for _, group := range page.LogGroups {
			names = append(names, aws.ToString(group.LogGroupName))
		}
	}
	return names, nil
}
