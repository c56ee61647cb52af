package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"
)

const outcomePurpose = "zkpass outcome"

// partSize is how much of an outcome goes into one message: a proof token may be
// larger than the largest message.
const partSize = 512 << 10

// check reports whether an outcome is one or the other.
func (o Outcome) check() error {
	if (o.Token == "") == (o.Problem == nil) {
		return errors.New("an outcome is either a token or a problem")
	}
	return nil
}

func (o Outcome) state() State {
	if o.Problem != nil {
		return Failed
	}
	return Done
}

// sealOutcome makes an outcome readable to whoever has the id.
func sealOutcome(id ID, outcome Outcome) ([]byte, error) {
	text, err := json.Marshal(outcome)
	if err != nil {
		return nil, fmt.Errorf("encoding an outcome: %w", err)
	}
	return seal([]byte(id), outcomePurpose, id.key(), text)
}

func unsealOutcome(id ID, sealed []byte) (*Outcome, error) {
	text, err := unseal([]byte(id), outcomePurpose, id.key(), sealed)
	if err != nil {
		return nil, err
	}
	outcome := new(Outcome)
	if err := json.Unmarshal(text, outcome); err != nil {
		return nil, errors.New("parsing an outcome: not as this version writes them")
	}
	return outcome, outcome.check()
}

// upload stores a sealed outcome under a new name, in parts. It counts only once a
// record leads to it, so that it does not matter if it is cut off; what nothing
// leads to ages out.
func (s *store) upload(ctx context.Context, key string, sealed []byte) (name string, parts int, err error) {
	name = randomName()
	for len(sealed) > 0 {
		part := sealed[:min(partSize, len(sealed))]
		if _, err := publish(ctx, s.js, partSubject(key, name, parts), part); err != nil {
			return "", 0, err
		}
		sealed = sealed[len(part):]
		parts++
	}
	return name, parts, nil
}

// download reads a sealed outcome.
func (s *store) download(ctx context.Context, key string, rec *record) ([]byte, error) {
	var sealed []byte
	for part := range rec.Parts {
		err := retry(ctx, "reading an outcome", func(ctx context.Context) error {
			message, err := s.outcomes.GetLastMsgForSubject(ctx, partSubject(key, rec.Upload, part))
			if err == nil {
				sealed = append(sealed, message.Data...)
			}
			return err // a replica that does not have it yet, too
		})
		if err != nil {
			return nil, err
		}
	}
	return sealed, nil
}

// discard removes uploads: one, or with "*" all of a job. It is tidiness only:
// they would age out.
func (s *store) discard(ctx context.Context, key, upload string) error {
	ctx, cancel := context.WithTimeout(ctx, operationTimeout)
	defer cancel()
	return s.outcomes.Purge(ctx, jetstream.WithPurgeSubject(outcomeSubject+key+"."+upload+".*"))
}

func partSubject(key, upload string, part int) string {
	return outcomeSubject + key + "." + upload + "." + strconv.Itoa(part)
}
