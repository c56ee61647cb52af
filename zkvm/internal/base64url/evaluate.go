package base64url

// Labels of the assertions.
const (
	labelLone     = "a group of one character"
	labelGap2     = "character 2 after the end"
	labelGap3     = "character 3 after the end"
	labelTrailing = "trailing bits of character 1"
	labelTrail2   = "trailing bits of character 2"
)

var labelChar = [GroupChars]string{"character 0", "character 1", "character 2", "character 3"}

// Violations is the relation of one copy in plain Go: the labels of all
// assertions that v breaks, nil if there are none.
func (v *Values) Violations() (labels []string) {
	check := func(ok bool, label string) {
		if !ok {
			labels = append(labels, label)
		}
	}
	for r, present := range v.Present {
		var char, six uint8
		if present {
			six = v.Sextet[r]
			char = Alphabet[six]
		}
		check(v.Char[r] == char && v.Sextet[r] == six, labelChar[r])
	}
	t := v.Present
	check(t[0] == t[1], labelLone)
	check(t[1] || !t[2], labelGap2)
	check(t[2] || !t[3], labelGap3)
	check(t[2] || v.Sextet[1]&15 == 0, labelTrailing)
	check(t[3] || v.Sextet[2]&3 == 0, labelTrail2)
	return labels
}
