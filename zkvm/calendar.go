package zkvm

// checkCalendar proves that the bit is implies that the calendar has the date.
func (m *machine) checkCalendar(d *date) {
	v := d.value
	units, tens := d.day[:4], d.day[4:]
	thirties := m.derived(v.Day >= 30)
	m.row("day above 29", tens[0], tens[1], thirties)
	m.implies("day above 31", thirties, m.pack(units[1:]))
	m.implies("30 February", thirties, d.month(m, 2))
	last := m.derived(v.Day == 31)
	m.row("day 31", thirties, units[0], last)
	m.implies("short month", last, m.add(d.month(m, 4), d.month(m, 6), d.month(m, 9), d.month(m, 11)))

	d.leap = m.leapYear(d)
	short := m.derived(v.Month == 2 && !isLeap(v.Year))
	m.row("February of a common year", d.month(m, 2), m.not(d.leap), short)
	nine := m.derived(v.Day%10 == 9)
	m.row("ninth day", units[3], units[0], nine)
	leapDay := m.derived(v.Day == 29)
	m.row("day 29", m.add(tens[1], thirties), nine, leapDay)
	m.implies("29 February of a common year", leapDay, short)

	m.inverse16("year 0", d.is.r, append(append(append(d.year[0][:4:4], d.year[1][:]...), d.year[2][:]...), d.year[3][:]...), bcd(v.Year))
	m.inverse16("day 0", d.is.r, d.day[:], bcd(v.Day))
}

// leapYear is the flag that a date's year is a leap year.
func (m *machine) leapYear(d *date) ref {
	century, year := d.value.Year/100, d.value.Year%100
	fourth := m.multipleOfFour("fourth year", d.year[0], d.year[1], year)
	leapCentury := m.multipleOfFour("fourth century", d.year[2], d.year[3], century)
	turn := m.derived(year == 0)
	bits := append(d.year[0][:4:4], d.year[1][:]...)
	m.implies("turn of a century", turn, m.coordinates(bits))
	m.inverse16("turn of a century", m.not(turn), bits, bcd(year))
	common := m.derived(year == 0 && century%4 != 0)
	m.row("common century", turn, m.not(leapCentury), common)
	leap := m.derived(isLeap(d.value.Year))
	m.row("leap year", fourth, m.not(common), leap)
	return leap
}

// multipleOfFour is the flag that 10·tens + units, whose value is v, is a
// multiple of 4.
func (m *machine) multipleOfFour(label string, units, tens [4]ref, v int) ref {
	z := m.derived(v%4 == 0)
	m.row(label, m.not(units[0]), m.not(m.add(units[1], tens[0])), z)
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

// coordinates is the element of GF(2^16) with at most 16 bits as coordinates: 0
// only if all bits are.
func (m *machine) coordinates(bits []ref) ref {
	if !m.wiring() {
		return 0
	}
	terms := make([]term, len(bits))
	for k, b := range bits {
		terms[k] = term{K: field.CodePoint(1 << k), Ref: b}
	}
	return m.w.space.Sum(terms...)
}

// inverse16 proves that not all of at most 16 bits are 0 where the bit g is 1, and
// leaves an honest prover free where it is 0. code is their value.
func (m *machine) inverse16(label string, g ref, bits []ref, code uint16) {
	w := m.symbol(field.Inv(field.CodePoint(int(code))))
	m.row(label, m.coordinates(bits), w, g)
}
