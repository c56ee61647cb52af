package app

import (
	"context"
	"time"
)

// attestTime is how long the page that asks for consent waits for the service.
const attestTime = 5 * time.Second

// standing is what is known of the service.
type standing struct {
	Attested string // what was verified; empty without evidence
	Wrong    bool   // it is not to be used right now
}

func (a *App) standing(ctx context.Context) standing {
	found, err := a.options.Service.Attest(ctx)
	if err != nil {
		a.options.Logger.Warn("the service does not answer, or its attestation does not hold", "error", err)
	}
	return standing{Attested: found, Wrong: err != nil}
}

// stepKeys are the sentences for the steps of proving.
var stepKeys = map[string]string{
	"loading": "step.loading", "laying out": "step.laying", "committing": "step.committing", "proving": "step.proving", "done": "step.done",
}

// stepKey is the sentence for a step of proving.
func stepKey(p Progress) string {
	if p.Ahead > 0 {
		return "step.waiting"
	}
	if key := stepKeys[p.Step]; key != "" {
		return key
	}
	return "step.other"
}
