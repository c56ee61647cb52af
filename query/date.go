package query

import "time"

// A Date is a day of the Gregorian calendar, which is used throughout, in the
// years 1 to 9999.
type Date struct{ Year, Month, Day int }

// ParseDate reads a date: two, two and four digits in the order of the format
// with the same separator between them, /, - or ., whichever the format shows. It
// reports false for anything else and for what the calendar does not have.
func ParseDate(s string, f DateFormat) (Date, bool) {
	if len(s) != 10 {
		return Date{}, false
	}
	// Where the year, the month and the day start, and the two separators stand.
	y, m, d, sep1, sep2 := 6, 3, 0, 2, 5
	switch f {
	case MonthDayYear:
		m, d = 0, 3
	case YearMonthDay:
		y, m, d, sep1, sep2 = 0, 5, 8, 4, 7
	}
	if c := s[sep1]; c != s[sep2] || c != '/' && c != '-' && c != '.' {
		return Date{}, false
	}
	year, ok1 := digits(s[y : y+4])
	month, ok2 := digits(s[m : m+2])
	day, ok3 := digits(s[d : d+2])
	if !ok1 || !ok2 || !ok3 || year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}, false
	}
	return Date{year, month, day}, true
}

func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// DateOf returns the UTC date of a time.
func DateOf(t time.Time) Date {
	y, m, d := t.UTC().Date()
	return Date{y, int(m), d}
}

// Age returns the difference of the years from d to on, less one if the birthday
// is still to come, and false if d is later than on. In common years 29 February
// comes after 28 February, and so counts from 1 March.
func (d Date) Age(on Date) (int64, bool) {
	n := on.Year - d.Year
	if on.Month < d.Month || on.Month == d.Month && on.Day < d.Day {
		n--
	}
	return int64(n), n >= 0
}

// Days returns the number of days from d to on, negative if d is later.
func (d Date) Days(on Date) int64 {
	return on.number() - d.number()
}

// number counts days from 1 January 1970.
func (d Date) number() int64 {
	// Whole seconds of a day that starts at midnight: the division is exact.
	return time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
}
