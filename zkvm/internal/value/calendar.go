package value

import "github.com/zkpass-go/zkpass/zkvm/internal/machine"

// checkCalendar proves that the bit is implies that the calendar has the date.
func (d *Date) checkCalendar(m *machine.Machine) {
	v := d.value
	units, tens := d.day[:4], d.day[4:]
	thirties := m.Derived(v.Day >= 30)
	m.Row("day above 29", tens[0], tens[1], thirties)
	m.Implies("day above 31", thirties, m.Pack(units[1:]))
	m.Implies("30 February", thirties, d.month(m, 2))
	last := m.Derived(v.Day == 31)
	m.Row("day 31", thirties, units[0], last)
	m.Implies("short month", last, m.Add(d.month(m, 4), d.month(m, 6), d.month(m, 9), d.month(m, 11)))

	d.leap = d.leapYear(m)
	short := m.Derived(v.Month == 2 && !isLeap(v.Year))
	m.Row("February of a common year", d.month(m, 2), m.Not(d.leap), short)
	nine := m.Derived(v.Day%10 == 9)
	m.Row("ninth day", units[3], units[0], nine)
	leapDay := m.Derived(v.Day == 29)
	m.Row("day 29", m.Add(tens[1], thirties), nine, leapDay)
	m.Implies("29 February of a common year", leapDay, short)

	m.Inverse16("year 0", d.Is.R, append(append(append(d.year[0][:4:4], d.year[1][:]...), d.year[2][:]...), d.year[3][:]...), bcd(v.Year))
	m.Inverse16("day 0", d.Is.R, d.day[:], bcd(v.Day))
}

// leapYear is the flag that a date's year is a leap year.
func (d *Date) leapYear(m *machine.Machine) ref {
	century, year := d.value.Year/100, d.value.Year%100
	fourth := multipleOfFour(m, "fourth year", d.year[0], d.year[1], year)
	leapCentury := multipleOfFour(m, "fourth century", d.year[2], d.year[3], century)
	turn := m.Derived(year == 0)
	bits := append(d.year[0][:4:4], d.year[1][:]...)
	m.Implies("turn of a century", turn, m.Coordinates(bits))
	m.Inverse16("turn of a century", m.Not(turn), bits, bcd(year))
	common := m.Derived(year == 0 && century%4 != 0)
	m.Row("common century", turn, m.Not(leapCentury), common)
	leap := m.Derived(isLeap(d.value.Year))
	m.Row("leap year", fourth, m.Not(common), leap)
	return leap
}

// multipleOfFour is the flag that 10·tens + units, whose value is v, is a
// multiple of 4.
func multipleOfFour(m *machine.Machine, label string, units, tens [4]ref, v int) ref {
	z := m.Derived(v%4 == 0)
	m.Row(label, m.Not(units[0]), m.Not(m.Add(units[1], tens[0])), z)
	return z
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// bcd is the decimal digits of a number in four bits each.
func bcd(v int) (code uint16) {
	for shift := 0; v > 0; shift += 4 {
		code |= uint16(v%10) << shift
		v /= 10
	}
	return code
}
