package worker

import "strings"

// sandboxed says what a prover may not do, and what kept it from giving up more.
type sandboxed struct {
	Has   []string `json:"has,omitempty"`
	Lacks []string `json:"lacks,omitempty"` // with the reason
}

func (s *sandboxed) note(name string, err error) {
	if err != nil {
		s.Lacks = append(s.Lacks, name+": "+err.Error())
		return
	}
	s.Has = append(s.Has, name)
}

func (s *sandboxed) String() string {
	if len(s.Has) == 0 {
		return "none"
	}
	return strings.Join(s.Has, ", ")
}
