package integration

import (
	"context"
	"database/sql"
	"time"

	"github.com/zkpass-go/zkpass/verify"
)

// SQLStore is a verify.OnceStore in a table that all processes of a verifier share:
//
//	CREATE TABLE answered (id VARCHAR(64) PRIMARY KEY, until BIGINT NOT NULL)
//
// A job may delete rows whose until lies a minute or more in the past.
type SQLStore struct{ DB *sql.DB }

// Use implements verify.OnceStore. The statement is that of PostgreSQL and SQLite.
func (s SQLStore) Use(ctx context.Context, id string, _, until time.Time) error {
	const insert = `INSERT INTO answered (id, until) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`
	result, err := s.DB.ExecContext(ctx, insert, id, until.Unix())
	if err != nil {
		return err
	}
	if rows, err := result.RowsAffected(); err != nil || rows == 1 {
		return err
	}
	return verify.ErrReplayed
}
