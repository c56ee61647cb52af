package reference

import (
	"regexp"
	"strconv"
	"time"
)

var dateForms = map[string]*regexp.Regexp{
	"DD/MM/YYYY": regexp.MustCompile(`^(?P<d>[0-9]{2})(?P<s>[-/.])(?P<m>[0-9]{2})(?P<t>[-/.])(?P<y>[0-9]{4})\z`),
	"MM/DD/YYYY": regexp.MustCompile(`^(?P<m>[0-9]{2})(?P<s>[-/.])(?P<d>[0-9]{2})(?P<t>[-/.])(?P<y>[0-9]{4})\z`),
	"YYYY-MM-DD": regexp.MustCompile(`^(?P<y>[0-9]{4})(?P<s>[-/.])(?P<m>[0-9]{2})(?P<t>[-/.])(?P<d>[0-9]{2})\z`),
}

// date returns midnight, UTC, of a date in one of the formats.
func date(text, format string) (time.Time, bool) {
	form := dateForms[format]
	m := form.FindStringSubmatch(text)
	if m == nil || m[form.SubexpIndex("s")] != m[form.SubexpIndex("t")] {
		return time.Time{}, false
	}
	number := func(group string) int {
		n, _ := strconv.Atoi(m[form.SubexpIndex(group)])
		return n
	}
	y, mon, d := number("y"), number("m"), number("d")
	t := time.Date(y, time.Month(mon), d, 0, 0, 0, 0, time.UTC)
	// The package carries over what does not exist, such as 30 February.
	return t, y >= 1 && t.Year() == y && int(t.Month()) == mon && t.Day() == d
}

func daysBetween(day time.Time, now int64) int64 {
	y, m, d := time.Unix(now, 0).UTC().Date()
	return (time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() - day.Unix()) / 86400
}

func age(day time.Time, now int64) int64 {
	at := time.Unix(now, 0).UTC()
	years := at.Year() - day.Year()
	if at.Month() < day.Month() || at.Month() == day.Month() && at.Day() < day.Day() {
		years--
	}
	return int64(years)
}

var timeForm = regexp.MustCompile(`^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])(?:\.[0-9]{1,9})?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))\z`)

// seconds returns the Unix seconds of a time.
func seconds(text string) (int64, bool) {
	m := timeForm.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	day, ok := date(m[1], "YYYY-MM-DD")
	number := func(group int) int64 {
		n, _ := strconv.ParseInt(m[group], 10, 64)
		return n
	}
	at := day.Unix() + 3600*number(2) + 60*number(3) + number(4)
	ahead := 3600*number(6) + 60*number(7)
	if m[5] == "-" {
		ahead = -ahead
	}
	return at - ahead, ok
}
