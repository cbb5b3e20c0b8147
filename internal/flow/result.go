package flow

// LogStatus is the status of a step as the HTTP contract shows it.
type LogStatus string

// The statuses of steps in the contract.
const (
	StatusPending LogStatus = "pending"
	StatusRunning LogStatus = "running"
	StatusSuccess LogStatus = "success"
	StatusFailed  LogStatus = "failed"
	StatusSkipped LogStatus = "skipped"
)

// Status is the contract's status of a ledger row.
func (s Step) Status() LogStatus {
	switch s.State {
	case Queued:
		return StatusPending
	case Planned:
		if s.Until == nil {
			return StatusPending
		}
		return StatusRunning
	case Sent:
		if s.Type == AICall {
			return StatusRunning
		}
		return StatusSuccess
	case Done:
		return StatusSuccess
	case Failed:
		return StatusFailed
	case Skipped:
		return StatusSkipped
	default:
		return StatusRunning
	}
}

// Ended says whether the step needs nothing more before the next may run.
func (s Step) Ended() bool {
	return s.Status() == StatusSuccess || s.Status() == StatusFailed || s.Status() == StatusSkipped
}

// Result is an execution's status by its steps, of each step the last
// attempt; waits don't count. message is the first failure's error.
func Result(steps []Step) (status ExecutionStatus, message string) {
	last := map[int]Step{}
	for _, s := range steps {
		if before, seen := last[s.Order]; !seen || before.Attempt < s.Attempt {
			last[s.Order] = s
		}
	}
	succeeded, refused, failed := false, Step{}, Step{}
	for _, s := range last {
		if s.Type == Wait {
			continue
		}
		switch s.Status() {
		case StatusSuccess:
			succeeded = true
		case StatusFailed:
			if failed.Order == 0 || s.Order < failed.Order {
				failed = s
			}
		case StatusSkipped:
			if s.SkipKind != SkipCondition && (refused.Order == 0 || s.Order < refused.Order) {
				refused = s
			}
		case StatusPending, StatusRunning:
		}
	}
	switch {
	case succeeded:
		return ExecutionCompleted, ""
	case failed.Order != 0:
		return ExecutionFailed, failed.Error
	case refused.Order != 0:
		return ExecutionSkipped, refused.SkipReason
	default:
		return ExecutionCompleted, ""
	}
}
