package integration

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/verify"
)

// table is a database with the table answered and nothing else.
type table struct {
	mu   sync.Mutex
	rows map[string]int64
	fail error // of every statement
	deaf error // of telling how many rows there were
}

func newTable() *table { return &table{rows: make(map[string]int64)} }

func (t *table) Connect(context.Context) (driver.Conn, error) { return tableConn{t}, nil }
func (t *table) Driver() driver.Driver                        { return nil }

type tableConn struct{ *table }

func (tableConn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not prepared") }
func (tableConn) Close() error                        { return nil }
func (tableConn) Begin() (driver.Tx, error)           { return nil, errors.New("no transactions") }

func (c tableConn) ExecContext(_ context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return nil, c.fail
	}
	const insert = "INSERT INTO answered (id, until) VALUES ($1, $2)"
	rest, ok := strings.CutPrefix(statement, insert)
	if !ok || len(args) != 2 {
		return nil, errors.New("syntax error")
	}
	id, until := args[0].Value.(string), args[1].Value.(int64)
	if _, there := c.rows[id]; there {
		if rest != " ON CONFLICT (id) DO NOTHING" {
			return nil, errors.New("duplicate key")
		}
		return inserted{0, nil}, nil
	}
	c.rows[id] = until
	if c.deaf != nil {
		return inserted{0, c.deaf}, nil
	}
	return inserted{1, nil}, nil
}

type inserted struct {
	rows int64
	err  error
}

func (inserted) LastInsertId() (int64, error)   { return 0, errors.New("no such id") }
func (i inserted) RowsAffected() (int64, error) { return i.rows, i.err }

func TestSQLStore(t *testing.T) {
	table := newTable()
	db := sql.OpenDB(table)
	defer db.Close()
	store := SQLStore{db}
	until := time.Unix(1_800_000_000, 0)
	const callers = 20
	errs := make(chan error, callers)
	for range callers {
		go func() { errs <- store.Use(t.Context(), "id-1", time.Now(), until) }()
	}
	used := 0
	for range callers {
		if err := <-errs; err == nil {
			used++
		} else if !errors.Is(err, verify.ErrReplayed) {
			t.Error(err)
		}
	}
	if used != 1 || table.rows["id-1"] != until.Unix() {
		t.Errorf("%d of %d calls succeeded, rows %v", used, callers, table.rows)
	}
	if err := store.Use(t.Context(), "id-2", time.Now(), until); err != nil {
		t.Error(err)
	}
	for name, broken := range map[string]func(error){
		"the statement": func(err error) { table.fail = err }, "the count": func(err error) { table.deaf = err },
	} {
		cause := errors.New("away")
		broken(cause)
		if err := store.Use(t.Context(), name, time.Now(), until); !errors.Is(err, cause) {
			t.Errorf("%s fails: %v", name, err)
		}
		broken(nil)
	}
}
