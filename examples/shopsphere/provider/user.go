package provider

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/zitadel/oidc/v3/pkg/oidc"

	"github.com/zkpass-go/zkpass/examples/shopsphere/web"
)

//go:embed users.json
var demoUsers []byte

// User is an account, with its password as people type it.
type User struct {
	Username string `json:"username"`
	Password string `json:"password"`
	Profile
}

// Profile is what ID tokens say of a user.
type Profile struct {
	Subject             string `json:"sub"`
	Name                string `json:"name"`
	FirstName           string `json:"firstName"`
	LastName            string `json:"lastName"`
	Gender              string `json:"gender"`
	Birthdate           string `json:"birthdate"`
	DriverLicenseNumber string `json:"driverLicenseNumber"`
	Email               string `json:"email"`
	Picture             string `json:"picture"`
}

// DemoUsers are the accounts in users.json.
func DemoUsers() ([]User, error) {
	decoder := json.NewDecoder(bytes.NewReader(demoUsers))
	decoder.DisallowUnknownFields()
	var users []User
	if err := decoder.Decode(&users); err != nil {
		return nil, fmt.Errorf("reading users.json: %w", err)
	}
	return users, nil
}

// account is a user as the provider keeps it.
type account struct {
	password []byte // hashed
	Profile
}

func newAccounts(users []User) (byName map[string]*account, bySubject map[string]*account, err error) {
	byName, bySubject = make(map[string]*account), make(map[string]*account)
	for _, user := range users {
		hash, err := web.HashPassword(user.Password)
		if err != nil {
			return nil, nil, fmt.Errorf("user %s: %w", user.Username, err)
		}
		a := &account{password: hash, Profile: user.Profile}
		byName[user.Username], bySubject[user.Subject] = a, a
	}
	return byName, bySubject, nil
}

// fill writes the claims that the scopes allow.
func (a *account) fill(info *oidc.UserInfo, scopes []string) {
	info.Subject = a.Subject
	for _, scope := range scopes {
		switch scope {
		case oidc.ScopeProfile:
			info.Name, info.Gender = a.Name, oidc.Gender(a.Gender)
			info.Birthdate, info.Picture = a.Birthdate, a.Picture
			info.AppendClaims("firstName", a.FirstName)
			info.AppendClaims("lastName", a.LastName)
			info.AppendClaims("driverLicenseNumber", a.DriverLicenseNumber)
		case oidc.ScopeEmail:
			info.Email = a.Email
		}
	}
}
