package app

import (
	"context"
	"time"
)

// attestTime is how long the page that asks for consent waits for the service.
const attestTime = 5 * time.Second

// standing is what the customer is told of the service.
type standing struct {
	Attested string // what was verified; empty without evidence
	Wrong    string // why the service is not to be used right now
}

func (a *App) standing(ctx context.Context) *standing {
	found, err := a.options.Service.Attest(ctx)
	if err != nil {
		a.options.Logger.Warn("the service does not answer, or its attestation does not hold", "error", err)
		return &standing{Wrong: "It does not answer right now, or what it shows of itself does not hold."}
	}
	return &standing{Attested: found}
}

// stepText is a step of proving as a line of its own.
func stepText(p Progress) string {
	switch {
	case p.Ahead > 0:
		return "Waiting in line"
	case p.Step == "":
		return "Working"
	case p.Step[0] >= 'a' && p.Step[0] <= 'z':
		return string(p.Step[0]-'a'+'A') + p.Step[1:]
	default:
		return p.Step
	}
}
