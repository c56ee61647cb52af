package query

import "time"

// timeFormat is the only format of get_time.
const timeFormat = "RFC3339"

// ParseTime reads a time as RFC 3339 writes it, of a strict form, and returns its
// Unix seconds: YYYY-MM-DDThh:mm:ss, with T or t, then a point and 1 to 9 digits
// or nothing, then Z, z, +hh:mm or -hh:mm. A fraction does not count, as if it were
// not written, and -00:00 is like Z. It reports false for anything else, for
// a date that the calendar does not have, for hours over 23, minutes and seconds
// over 59, and offsets over 23:59. So leap seconds are refused.
func ParseTime(s string) (int64, bool) {
	const local = len("YYYY-MM-DDThh:mm:ss")
	if len(s) <= local || s[10] != 'T' && s[10] != 't' || s[4] != '-' || s[13] != ':' || s[16] != ':' {
		return 0, false
	}
	day, ok := ParseDate(s[:10], YearMonthDay) // the second separator is as the first
	hour, ok1 := digits(s[11:13])
	minute, ok2 := digits(s[14:16])
	second, ok3 := digits(s[17:19])
	offset, ok4 := parseOffset(s[local:])
	if !ok || !ok1 || !ok2 || !ok3 || !ok4 || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	at := time.Date(day.Year, time.Month(day.Month), day.Day, hour, minute, second, 0, time.UTC)
	return at.Unix() - int64(offset), true
}

// parseOffset reads what follows the seconds, and returns how many seconds the
// local time is ahead of UTC.
func parseOffset(s string) (int, bool) {
	if s[0] == '.' {
		n := 1
		for n < len(s) && '0' <= s[n] && s[n] <= '9' {
			n++
		}
		if n < 2 || n > 10 || n == len(s) {
			return 0, false
		}
		s = s[n:]
	}
	if s == "Z" || s == "z" {
		return 0, true
	}
	if len(s) != len("+hh:mm") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	hours, ok1 := digits(s[1:3])
	minutes, ok2 := digits(s[4:6])
	if !ok1 || !ok2 || hours > 23 || minutes > 59 {
		return 0, false
	}
	offset := (hours*60 + minutes) * 60
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true
}
