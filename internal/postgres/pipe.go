package postgres

import (
	"errors"
	"io"
	"net"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Pipe collects statements that go to Postgres in one round trip. Results are
// filled in when it has been sent. Statements run in order, each with a fresh
// snapshot (read committed); after the first that fails none runs.
type Pipe struct{ batch pgx.Batch }

// NewPipe is an empty pipe.
func NewPipe() *Pipe { return &Pipe{} }

// Len counts the statements queued.
func (p *Pipe) Len() int { return p.batch.Len() }

// begin opens a transaction as tenant; zero is no tenant.
func (p *Pipe) begin(tenant uuid.UUID) {
	setting := ""
	if tenant != uuid.Nil {
		setting = tenant.String()
	}
	p.batch.Queue("begin")
	p.batch.Queue("select set_config('app.tenant_id', $1, true)", setting)
}

func (p *Pipe) append(other *Pipe) {
	p.batch.QueuedQueries = append(p.batch.QueuedQueries, other.batch.QueuedQueries...)
}

// Exec queues a statement without a result.
func (p *Pipe) Exec(sql string, args ...any) { p.batch.Queue(sql, args...) }

// Count queues a statement and tells how many rows it touched.
func (p *Pipe) Count(sql string, args ...any) *int64 {
	n := new(int64)
	query := p.batch.Queue(sql, args...)
	query.Query(func(rows pgx.Rows) error {
		rows.Close()
		*n = rows.CommandTag().RowsAffected()
		return rows.Err()
	})
	return n
}

// Rows queues a query whose rows fill structs by position, as sqlc's row types do.
func Rows[T any](p *Pipe, sql string, args ...any) *[]T {
	return collect(p, pgx.RowToStructByPos[T], sql, args)
}

// Scalars queues a query of one column.
func Scalars[T any](p *Pipe, sql string, args ...any) *[]T {
	return collect(p, pgx.RowTo[T], sql, args)
}

func collect[T any](p *Pipe, scan pgx.RowToFunc[T], sql string, args []any) *[]T {
	out := new([]T)
	p.batch.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		var err error
		*out, err = pgx.CollectRows(rows, scan)
		return err
	})
	return out
}

// isClosed recognises a connection that the other side closed under a statement.
func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		strings.Contains(err.Error(), "conn closed")
}
