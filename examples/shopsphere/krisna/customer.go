package krisna

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

//go:embed customers.json
var demoCustomers []byte

// Discount is what ShopSphere account holders get, in percent.
const Discount = 10

// NewCustomer is a customer with the password as people type it. Name and license
// number are what the shop has verified.
type NewCustomer struct {
	Username            string `json:"username"`
	Password            string `json:"password"`
	FirstName           string `json:"firstName"`
	LastName            string `json:"lastName"`
	DriverLicenseNumber string `json:"driverLicenseNumber"`
}

// DemoCustomers are the accounts in customers.json.
func DemoCustomers() ([]NewCustomer, error) {
	decoder := json.NewDecoder(bytes.NewReader(demoCustomers))
	decoder.DisallowUnknownFields()
	var customers []NewCustomer
	if err := decoder.Decode(&customers); err != nil {
		return nil, fmt.Errorf("reading customers.json: %w", err)
	}
	return customers, nil
}

// customer is an account as the shop keeps it.
type customer struct {
	Username            string    `json:"username"`
	Password            []byte    `json:"password"` // hashed
	FirstName           string    `json:"firstName"`
	LastName            string    `json:"lastName"`
	DriverLicenseNumber string    `json:"driverLicenseNumber"`
	Discount            int       `json:"discount"` // percent
	DiscountSince       time.Time `json:"discountSince"`
}

// errNoCustomer means that nobody has the user name.
var errNoCustomer = errors.New("no such customer")

// AddCustomers adds accounts that are not there yet.
func (s *Store) AddCustomers(ctx context.Context, customers []NewCustomer) error {
	for _, c := range customers {
		hash, err := web.HashPassword(c.Password)
		if err != nil {
			return fmt.Errorf("customer %s: %w", c.Username, err)
		}
		text, err := json.Marshal(customer{
			Username: c.Username, Password: hash, FirstName: c.FirstName, LastName: c.LastName,
			DriverLicenseNumber: c.DriverLicenseNumber,
		})
		if err != nil {
			return err
		}
		if _, err := s.customers.Create(ctx, c.Username, text); err != nil && !errors.Is(err, jetstream.ErrKeyExists) {
			return fmt.Errorf("adding customer %s: %w", c.Username, err)
		}
	}
	return nil
}

// customer returns an account. Any text may be asked for.
func (s *Store) customer(ctx context.Context, username string) (*customer, uint64, error) {
	entry, err := s.customers.Get(ctx, username)
	switch {
	case errors.Is(err, jetstream.ErrKeyNotFound), errors.Is(err, jetstream.ErrInvalidKey):
		return nil, 0, errNoCustomer
	case err != nil:
		return nil, 0, fmt.Errorf("reading customer: %w", err)
	}
	c := new(customer)
	if err := json.Unmarshal(entry.Value(), c); err != nil {
		return nil, 0, fmt.Errorf("reading customer: %w", err)
	}
	return c, entry.Revision(), nil
}

// giveDiscount puts the discount on an account.
func (s *Store) giveDiscount(ctx context.Context, username string, now time.Time) error {
	return s.setDiscount(ctx, username, Discount, now)
}

// TakeDiscount takes the discount from an account again.
func (s *Store) TakeDiscount(ctx context.Context, username string) error {
	return s.setDiscount(ctx, username, 0, time.Time{})
}

func (s *Store) setDiscount(ctx context.Context, username string, percent int, since time.Time) error {
	for range 5 {
		c, revision, err := s.customer(ctx, username)
		if err != nil {
			return err
		}
		if c.Discount == percent {
			return nil
		}
		c.Discount, c.DiscountSince = percent, since
		text, err := json.Marshal(c)
		if err != nil {
			return err
		}
		_, err = s.customers.Update(ctx, username, text, revision)
		if err == nil {
			return nil
		}
		if !errors.Is(err, jetstream.ErrKeyExists) { // what Update says of another revision
			return fmt.Errorf("writing customer: %w", err)
		}
	}
	return errors.New("writing customer: changed by others again and again")
}
