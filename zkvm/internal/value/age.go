package value

import (
	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// dateFactor is the factor g^weight for a bit, of a product in the exponent.
func dateFactor(m *machine.Machine, bit ref, weight int64) factor {
	return factor{B: bit, H: m.Constant(field.Add(machine.PowerOfSigned(weight), one))}
}

const (
	ageBits  = 14 // at most 9998
	restBits = 9  // below a year of 16 months of 32 days
)

// Age is the whole years from the leaf's date to today, and the flag that the
// leaf is a date and not later: under it the number is right.
//
// With a date taken as 512·year + 32·(month-1) + day, which is in the order of
// the calendar, and 0 <= rest < 512,
//
//	today = date + 512·age + rest
//
// has one solution if the date is not later, whose age is less by one before the
// birthday, and none otherwise. It is proven in the exponent of g as one chunk of
// a product over bits; both sides are below 2^24, so it is exact. It costs 24
// bits, a published product and 2 rows.
func (l *Leaf) Age(m *machine.Machine, f query.DateFormat, today query.Date) (*Number, flag) {
	d := l.dateOf(m, f)
	if d.ages == nil {
		years, rest := int64(0), int64(0)
		_, past := d.value.Age(today)
		past = past && d.Is.V
		if past {
			years, rest = (place(today)-place(d.value))>>restBits, (place(today)-place(d.value))&(1<<restBits-1)
		}
		d.layAge(m, today, years, rest, past)
	}
	return d.ages, d.past
}

// place is a date's place in the order of the calendar.
func place(v query.Date) int64 { return int64(v.Year)<<restBits + int64(32*(v.Month-1)+v.Day) }

// layAge lays out what Age promises.
func (d *Date) layAge(m *machine.Machine, today query.Date, years, rest int64, past bool) {
	var factors []factor
	if m.Wiring() {
		weight := int64(512)
		for _, digit := range d.year {
			for b, bit := range digit {
				factors = append(factors, dateFactor(m, bit, weight<<b))
			}
			weight *= 10
		}
		for k := 1; k < 12; k++ {
			factors = append(factors, dateFactor(m, d.after[k], 32))
		}
		factors = append(factors, d.dayFactors(m, 1)...)
	}
	for b := range restBits {
		r := m.Bit(rest>>b&1 == 1)
		if m.Wiring() {
			factors = append(factors, dateFactor(m, r, 1<<b))
		}
	}
	var whole [64]ref
	for b := range whole {
		whole[b] = m.Zero()
		if b < ageBits {
			whole[b] = m.Bit(years>>b&1 == 1)
			if m.Wiring() {
				factors = append(factors, dateFactor(m, whole[b], 512<<b))
			}
		}
	}
	whole[63] = m.One()
	n := integer(m, years, whole)
	sum := m.ProductForm(16+11+6+restBits+ageBits, factors)
	d.ages, d.past = &n, m.Commit(past)
	m.Implies("age", d.past.R, m.Add(sum, m.Constant(machine.PowerOfSigned(place(today)))))
	m.Implies("age of a date", d.past.R, m.Not(d.Is.R))
}

// dayFactors are the factors of the day of the month with a weight.
func (d *Date) dayFactors(m *machine.Machine, weight int64) []factor {
	var factors []factor
	for b, bit := range d.day {
		w := weight << b
		if b >= 4 {
			w = 10 * weight << (b - 4)
		}
		factors = append(factors, dateFactor(m, bit, w))
	}
	return factors
}

// diffBits is the number of bits of a difference of days plus 2^22: less than
// 2^22 days lie between any two dates.
const diffBits = 23

// monthLength[k] is the length of month k in days in a common year.
var monthLength = [13]int64{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// DayDiff is the number of days from the leaf's date to today, and the flag that
// the leaf is a date: under it the number is right.
//
// The number of a day, 1 for 1 January of the year 1, is for the year c·100 + e
//
//	365·(year-1) + ⌊year/4⌋ - c + ⌊c/4⌋ + days of the months before + day
//	  - [the year is a leap year, and the month January or February].
//
// Four times as much has no divisions: with the remainders of c and e by 4,
//
//	146097·c + 1461·e - (c mod 4) - (e mod 4) - 1460 + 4·(days before + day - [...]).
//
// Its sum with four times the difference plus 2^22, committed in 23 bits, is
// public. It is proven in the exponent of g as one chunk of a product over bits;
// all sums are below 2^26, so it is exact. The bits of the 64-bit integer are the
// low 22 bits and sums of the highest. It costs 24 bits, a published product and 2 rows.
func (l *Leaf) DayDiff(m *machine.Machine, f query.DateFormat, today query.Date) (*Number, flag) {
	d := l.dateOf(m, f)
	if d.days == nil {
		diff := int64(-1 << (diffBits - 1)) // all bits 0
		if d.Is.V {
			diff = d.value.Days(today)
		}
		d.layDayDiff(m, today, diff)
	}
	return d.days, d.Is
}

// layDayDiff lays out what DayDiff promises.
func (d *Date) layDayDiff(m *machine.Machine, today query.Date, diff int64) {
	factors := d.numberOfDay(m, 1)
	var whole [64]ref
	var high ref // [the difference is not negative]
	for b := range diffBits {
		high = m.Bit((diff+1<<(diffBits-1))>>b&1 == 1)
		whole[b] = high
		if m.Wiring() {
			factors = append(factors, dateFactor(m, high, 4<<b))
		}
	}
	for b := diffBits - 1; b < 63; b++ {
		whole[b] = m.Not(high)
	}
	whole[63] = high
	n := integer(m, diff, whole)
	sum := m.ProductForm(dayNumberFactors+diffBits, factors)
	total := 4*(firstDay.Days(today)+1+1<<(diffBits-1)) + dayNumberOffset
	m.Implies("day difference", d.Is.R, m.Add(sum, m.Constant(machine.PowerOfSigned(total))))
	d.days = &n
}

// dayNumberFactors is how many factors numberOfDay has, and dayNumberOffset by how
// much four times the number of a day is less than their exponents' sum.
const (
	dayNumberFactors = 2*9 + 11 + 6 + 1
	dayNumberOffset  = 1460
)

// numberOfDay are factors whose product is g^(scale·(4·number + dayNumberOffset)), with
// the number of a date's day, see DayDiff.
func (d *Date) numberOfDay(m *machine.Machine, scale int64) []factor {
	early := m.Derived(d.value.Month <= 2 && isLeap(d.value.Year))
	m.Row("before a leap day", m.Not(d.after[2]), d.leap, early)
	if !m.Wiring() {
		return nil
	}
	var factors []factor
	for half, weight := range []int64{1461, 146097} {
		units, tens := d.year[2*half], d.year[2*half+1]
		for b := range 4 {
			w := weight << b
			if b == 0 {
				w-- // the remainder's lower bit
			}
			factors = append(factors, dateFactor(m, units[b], scale*w), dateFactor(m, tens[b], scale*10*weight<<b))
		}
		factors = append(factors, dateFactor(m, m.Add(units[1], tens[0]), -2*scale))
	}
	for k := 1; k < 12; k++ {
		factors = append(factors, dateFactor(m, d.after[k], 4*scale*monthLength[k]))
	}
	return append(append(factors, d.dayFactors(m, 4*scale)...), dateFactor(m, early, -4*scale))
}

var firstDay = query.Date{Year: 1, Month: 1, Day: 1}
