package integration

import (
	"context"
	"sync"
)

// memoryRecords are Records for tests.
type memoryRecords struct {
	mu   sync.Mutex
	rows map[string]Request
}

func newMemoryRecords() *memoryRecords { return &memoryRecords{rows: make(map[string]Request)} }

func (m *memoryRecords) Add(_ context.Context, r Request) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[r.ID] = r
	return nil
}

func (m *memoryRecords) Find(_ context.Context, id string) (*Request, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.rows[id]
	if !ok {
		return nil, ErrNoRequest
	}
	return &r, nil
}
