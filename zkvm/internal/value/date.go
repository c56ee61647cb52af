package value

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Date is a string as a date of the calendar. The bit "is" promises one way, as a
// leaf's kinds do: it is 1 only of a string that is a date in the format.
type Date struct {
	Is    flag
	year  [4][4]ref // bits of the decimal digits, units and lowest bits first
	day   [6]ref    // four bits of the units, two of the tens
	after [13]ref   // after[k] = [month > k], k = 0 to 12
	leap  ref       // [the year is a leap year]
	// secret
	value query.Date

	ages, days *Number
	past       flag // [ages is the age: the date is not later than today]
}

// dateClaim is what a prover says of a string.
type dateClaim struct {
	Is    bool
	Value query.Date // if it is a date
	Sign  byte       // the separator
}

// claimDate reads the prover's string.
func claimDate(l *Leaf, f query.DateFormat) dateClaim {
	raw := l.raw()
	if !l.IsString.V || len(raw) != quotedDate {
		return noDate
	}
	v, is := query.ParseDate(raw[1:quotedDate-1], f)
	switch {
	case !is:
		return noDate
	case f == query.YearMonthDay:
		return dateClaim{true, v, raw[5]}
	}
	return dateClaim{true, v, raw[3]}
}

// noDate has 0 for all bits.
var noDate = dateClaim{Value: query.Date{Month: 1}, Sign: separatorBase}

// quotedDate is the length of a date with its quotes.
const quotedDate = 12

// dateOf is the leaf's string as a date. It proves that the bit implies that
//
//	text = start·Σ_{j<12} u_j·α^j,
//
// an identity of polynomials in α that fixes the string and its length. u_j are
// the quotes, digits made of four committed bits (two for tens of days), and two
// separators made of the same two bits s: 0x2C + s, s not 0, is '-', '.' or '/'.
// The month is committed as the thermometer after, which admits 1 to 12 only, and
// its digits are sums of months' flags m_k = after[k-1] + after[k].
//
// That the calendar has the date is proven exactly, without a challenge:
//
//	digits are below ten; the day is at most 31; year and day are not 0, as
//	their bits, taken as coordinates of GF(2^16), have an inverse;
//	day 30 and 31 are not in February, 31 in no other short month;
//	29 is in February of leap years only.
//
// With c and e the halves of the year, c·100 + e, the remainder of e by 4 has the
// bits e_0 and e_1 + t_0, where e_i are those of the units and t_0 the lowest of
// the tens, and a year is a leap year if e is a multiple of 4 and either not 0 or
// c is one too.
//
// It assumes that IsString implies what start and text say of the leaf. It costs
// 46 bits, 3 elements of the subfield, a published product and 35 rows, and
// errs for n + 12 values of α and 2 of θ.
func (l *Leaf) dateOf(m *machine.Machine, f query.DateFormat) *Date {
	if d, ok := l.dates[f]; ok {
		return d
	}
	d := l.layDate(m, f, claimDate(l, f))
	if l.dates == nil {
		l.dates = map[query.DateFormat]*Date{}
	}
	l.dates[f] = d
	return d
}

// layDate lays out what dateOf promises.
func (l *Leaf) layDate(m *machine.Machine, f query.DateFormat, c dateClaim) *Date {
	d, separator := newDate(m, c)
	d.checkCalendar(m)

	var characters [quotedDate]ref
	if m.Wiring() {
		characters = d.characters(m, f, separator)
	}
	m.Risk(l.Source.Size() + quotedDate)
	written := m.Product("characters of a date", l.Start, m.Fingerprint(characters[:]))
	m.Implies("date", d.Is.R, m.Together(m.Add(l.Text, written), m.Not(l.IsString.R)))
	return d
}

// newDate commits the bits of a date and proves that each digit is one and months
// are in order.
func newDate(m *machine.Machine, c dateClaim) (d *Date, separator [2]ref) {
	d = &Date{Is: m.Commit(c.Is), value: c.Value}
	for b := range separator {
		separator[b] = m.Bit((c.Sign-separatorBase)>>b&1 == 1)
	}
	m.Row("separator of a date", m.Not(separator[0]), m.Not(separator[1]), m.Not(d.Is.R))
	d.layDigits(m)
	return d, separator
}

// layDigits commits the bits of a date.
func (d *Date) layDigits(m *machine.Machine) {
	rest := d.value.Year
	for j := range d.year {
		for b := range d.year[j] {
			d.year[j][b] = m.Bit(rest%10>>b&1 == 1)
		}
		belowTen(m, "year", d.year[j])
		rest /= 10
	}
	for b := range 4 {
		d.day[b] = m.Bit(d.value.Day%10>>b&1 == 1)
	}
	belowTen(m, "day", [4]ref(d.day[:4]))
	for b := range 2 {
		d.day[4+b] = m.Bit(d.value.Day/10>>b&1 == 1)
	}
	d.after[0], d.after[12] = m.One(), m.Zero()
	for k := 1; k < 12; k++ {
		d.after[k] = m.Bit(d.value.Month > k)
		if k > 1 {
			m.Implies("months in order", d.after[k], m.Not(d.after[k-1]))
		}
	}
}

// belowTen proves that four bits are a decimal digit: the highest excludes the
// next two. They are independent over the bits, so one row sees both.
func belowTen(m *machine.Machine, of string, digit [4]ref) {
	m.Implies("digit of a "+of, digit[3], m.Pack(digit[1:3]))
}

// separatorBase is one less than '-', '.' and '/' in a row; its low two bits are 0.
const separatorBase = '-' - 1

// month is the flag that the month is k.
func (d *Date) month(m *machine.Machine, k int) ref { return m.Add(d.after[k-1], d.after[k]) }

// characters are the characters of the quoted date.
func (d *Date) characters(m *machine.Machine, f query.DateFormat, separator [2]ref) (out [quotedDate]ref) {
	digit := func(bits ...ref) ref {
		return m.Add(m.Constant(elem{Lo: '0'}), m.Pack(bits))
	}
	var units [4]ref
	for b := range units {
		var months []ref
		for k := 1; k <= 12; k++ {
			if k%10>>b&1 == 1 {
				months = append(months, d.month(m, k))
			}
		}
		units[b] = m.Add(months...)
	}
	day := [2]ref{digit(d.day[4:]...), digit(d.day[:4]...)}
	month := [2]ref{digit(d.after[9]), digit(units[:]...)}
	sign := m.Add(m.Constant(elem{Lo: separatorBase}), m.Pack(separator[:]))

	text := append(out[:0], m.Constant(elem{Lo: '"'}))
	year := func() {
		for j := 3; j >= 0; j-- {
			text = append(text, digit(d.year[j][:]...))
		}
	}
	switch f {
	case query.YearMonthDay:
		year()
		text = append(text, sign, month[0], month[1], sign, day[0], day[1])
	case query.MonthDayYear:
		text = append(text, month[0], month[1], sign, day[0], day[1], sign)
		year()
	default:
		text = append(text, day[0], day[1], sign, month[0], month[1], sign)
		year()
	}
	text = append(text, m.Constant(elem{Lo: '"'}))
	return [quotedDate]ref(text)
}
