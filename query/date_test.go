package query

import (
	"fmt"
	"testing"
	"time"
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		text string
		f    DateFormat
		want Date
	}{
		{"31/12/9999", DayMonthYear, Date{9999, 12, 31}},
		{"01.02.0001", DayMonthYear, Date{1, 2, 1}},
		{"01-02-2003", MonthDayYear, Date{2003, 1, 2}},
		{"2000/02/29", YearMonthDay, Date{2000, 2, 29}},
		{"2000.02.29", YearMonthDay, Date{2000, 2, 29}},
	} {
		if got, ok := ParseDate(c.text, c.f); !ok || got != c.want {
			t.Errorf("%s as %s: got %v, %v", c.text, c.f, got, ok)
		}
	}
	for text, f := range map[string]DateFormat{
		"":             DayMonthYear,
		"1/02/2003":    DayMonthYear,
		"01/02/03":     DayMonthYear,
		"01/02/20033":  DayMonthYear,
		"01/02-2003":   DayMonthYear,
		"01_02_2003":   DayMonthYear,
		"32/01/2003":   DayMonthYear,
		"31/04/2003":   DayMonthYear,
		"29/02/2100":   DayMonthYear,
		"29/02/1900":   DayMonthYear,
		"00/01/2003":   DayMonthYear,
		"01/00/2003":   DayMonthYear,
		"01/13/2003":   DayMonthYear,
		"13/01/2003":   MonthDayYear,
		"01/01/0000":   MonthDayYear,
		"+1/01/2003":   MonthDayYear,
		"2003-1--01":   YearMonthDay,
		"2003-01-0é":   YearMonthDay,
		"01-02-2003":   YearMonthDay,
		"2003-02-03T0": YearMonthDay,
	} {
		if got, ok := ParseDate(text, f); ok {
			t.Errorf("%q as %s: got %v, want none", text, f, got)
		}
	}
}

// The time package knows the Gregorian calendar independently: all days of some
// hundred years, and the ends of the range.
func TestCalendar(t *testing.T) {
	count := 0
	for day := time.Date(1595, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2105; day = day.AddDate(0, 0, 1) {
		text := day.Format(time.DateOnly)
		d, ok := ParseDate(text, YearMonthDay)
		if !ok || d != DateOf(day) || d.number()*86400 != day.Unix() {
			t.Fatalf("%s: got %v, %v, day %d", text, d, ok, d.number())
		}
		count++
	}
	accepted := 0
	for y := 1595; y < 2105; y++ {
		for m := 0; m <= 13; m++ {
			for day := 0; day <= 32; day++ {
				if _, ok := ParseDate(fmt.Sprintf("%04d-%02d-%02d", y, m, day), YearMonthDay); ok {
					accepted++
				}
			}
		}
	}
	if accepted != count {
		t.Errorf("%d dates are accepted, the calendar has %d", accepted, count)
	}
	if n := (Date{1, 1, 1}).Days(Date{9999, 12, 31}); n != 3652058 {
		t.Errorf("0001-01-01 to 9999-12-31: %d days", n)
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		born, on Date
		want     int64
		ok       bool
	}{
		{Date{2000, 2, 29}, Date{2001, 2, 28}, 0, true},
		{Date{2000, 2, 29}, Date{2001, 3, 1}, 1, true},
		{Date{2000, 2, 29}, Date{2004, 2, 28}, 3, true},
		{Date{2000, 2, 29}, Date{2004, 2, 29}, 4, true},
		{Date{2000, 12, 31}, Date{2001, 1, 1}, 0, true},
		{Date{2000, 5, 5}, Date{2000, 5, 5}, 0, true},
		{Date{2000, 5, 6}, Date{2000, 5, 5}, 0, false},
		{Date{2000, 6, 1}, Date{2000, 5, 5}, 0, false},
		{Date{2001, 1, 1}, Date{2000, 12, 31}, 0, false},
		{Date{1, 1, 1}, Date{9999, 12, 31}, 9998, true},
	} {
		if got, ok := c.born.Age(c.on); ok != c.ok || ok && got != c.want {
			t.Errorf("born %v on %v: got %d, %v", c.born, c.on, got, ok)
		}
	}
}

func TestEvaluationTime(t *testing.T) {
	p, err := Compile([]byte(`[{"output":{"n":{"now":[]}}}]`), []string{""})
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string][]byte{"": []byte("{}")}
	for now, want := range map[time.Time]string{
		time.Unix(12, 999_999_999):                       `{"n":12}`,
		time.Unix(-1, 500_000_000):                       `{"n":-1}`,
		time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC):         `{"n":-62135596800}`,
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC): `{"n":253402300799}`,
	} {
		if out, err := evaluate(p, docs, now); err != nil || string(out.JSON) != want {
			t.Errorf("%v: got %s, %v; want %s", now, out.JSON, err, want)
		}
	}
	for _, now := range []time.Time{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(0, 12, 31, 23, 59, 59, 0, time.UTC)} {
		if out, err := evaluate(p, docs, now); err == nil {
			t.Errorf("%v: got %s, want an error", now, out.JSON)
		}
	}
}
