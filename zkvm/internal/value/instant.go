package value

import (
	"time"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
)

// Instant is a string as a time of RFC 3339, in the form that get_time reads. The bit
// "is" promises one way: it is 1 only of a string that is one, and then seconds are its
// Unix seconds.
type Instant struct {
	Is      flag
	Seconds Number
}

// clock is the prover's reading of a time.
type clock struct {
	Is                   bool
	Date                 query.Date
	Hour, Minute, Second int
	Fraction             string // its digits
	Zone                 string // Z, z, or +hh:mm
	Offset               [2]int // hours and minutes
	SmallT               bool
	Seconds              int64
}

// readClock reads the prover's string.
func readClock(l *Leaf) clock {
	c := clock{Date: query.Date{Month: 1}, Zone: "Z"}
	text := ""
	if l.IsString.V {
		text = l.raw()
		text = text[1 : len(text)-1]
	}
	seconds, is := query.ParseTime(text)
	if !is {
		return c
	}
	two := func(at int) int { return int(text[at]-'0')*10 + int(text[at+1]-'0') }
	c.Is, c.Seconds = true, seconds
	c.Date, _ = query.ParseDate(text[:10], query.YearMonthDay)
	c.SmallT = text[10] == 't'
	c.Hour, c.Minute, c.Second = two(11), two(14), two(17)
	rest := 19
	if text[rest] == '.' {
		for rest++; text[rest] >= '0' && text[rest] <= '9'; rest++ {
			c.Fraction += text[rest : rest+1]
		}
	}
	if c.Zone = text[rest:]; len(c.Zone) > 1 {
		c.Offset = [2]int{two(rest + 1), two(rest + 4)}
	}
	return c
}

// Parts of a time's text.
const (
	timeStart     = len(`"YYYY-MM-DDThh:mm:ss`)
	timeFraction  = 9 // digits at most
	timeCharacter = timeStart + 1 + timeFraction + len(`+hh:mm"`)
	timeBits      = 39 // of the seconds plus 2^38: less than 2^38 lie between any time and 1970
)

// InstantOf is the leaf's string as a time. It proves that the bit implies that
//
//	text = start·(Σ_{j<20} u_j·α^j + α^20·(point·'.' + Σ_{k=1..9} f_k·α^k) + α^20·F·Z),
//
// an identity of polynomials in α that fixes the string and its length. u_j are the
// quote, the date, T or t, and the time of day; f_k the digits after the point, as many
// as the thermometer present has; F = Σ_k [k characters from the point on]·α^k; and Z
// is the zone with the closing quote,
//
//	(1 + long)·(Z + '"'·α) + long·(sign + hh:mm" after it).
//
// The date is one of the calendar, as in dateOf, with hyphens. That the time of day and
// the offset are within their limits is proven by the bits of their digits, exactly.
//
// The Unix seconds are proven in the exponent of g. Four times the number of the day,
// see DayDiff, times 86,400, four times the seconds of the day and of the offset, which
// counts back unless its sign is a minus, and four times the result plus 2^38, of 39
// bits, have a public sum. All are below 2^46, so it is exact.
//
// All bits that are committed must be bits. It assumes that IsString implies what start
// and text say of the leaf. It costs 202 bits, 3 symbols, 4 published products and 83
// rows, and errs for n + 37 values of α and 2 of θ.
func (l *Leaf) InstantOf(m *machine.Machine) *Instant {
	if l.instant == nil {
		l.instant = l.layInstant(m, readClock(l))
	}
	return l.instant
}

func (l *Leaf) layInstant(m *machine.Machine, c clock) *Instant {
	d := &Date{Is: m.Commit(c.Is), value: c.Date}
	d.layDigits(m)
	d.checkCalendar(m)
	smallT := m.Bit(c.SmallT)
	hours, minutes := layClock(m, "hour", 2, c.Hour), layClock(m, "minute", 3, c.Minute)
	seconds := layClock(m, "second", 3, c.Second)
	fraction, shift := layTimeFraction(m, c.Fraction)

	// The zone: long, and of an offset a sign and digits that are 0 if it is Z.
	long := m.Bit(len(c.Zone) > 1)
	smallZ, minus := m.Bit(c.Zone == "z"), m.Bit(c.Zone[0] == '-')
	m.Row("letter of a zone", long, smallZ, m.Zero())
	offset := [2][]ref{layClock(m, "hour", 2, c.Offset[0]), layClock(m, "minute", 3, c.Offset[1])}
	all := append(append([]ref{minus}, offset[0]...), offset[1]...)
	m.Row("offset of no zone", m.Not(long), m.Pack(all), m.Zero())

	var characters [timeStart]ref
	var zone ref
	if m.Wiring() {
		characters = d.timeCharacters(m, smallT, hours, minutes, seconds)
		zone = zoneForm(m, long, smallZ, minus, offset)
	}
	m.Risk(l.Source.Size() + timeCharacter)
	rest := m.Product("zone of a time", shift, zone)
	far := one
	if m.Wiring() {
		for range timeStart {
			far = field.Mul(far, m.Alpha())
		}
	}
	text := m.Add(m.Fingerprint(characters[:]), m.Scale(far, m.Add(fraction, rest)))
	written := m.Product("characters of a time", l.Start, text)
	m.Implies("time", d.Is.R, m.Together(m.Add(l.Text, written), m.Not(l.IsString.R)))

	return &Instant{d.Is, d.laySeconds(m, [3][]ref{hours, minutes, seconds}, offset, minus, c)}
}

// laySeconds commits a time's Unix seconds and proves them.
func (d *Date) laySeconds(m *machine.Machine, day [3][]ref, offset [2][]ref, minus ref, c clock) Number {
	const perDay = 86400
	factors := d.numberOfDay(m, perDay)
	weighted := func(bit ref, weight int64) {
		if m.Wiring() {
			factors = append(factors, dateFactor(m, bit, weight))
		}
	}
	for i, weight := range []int64{3600, 60, 1} {
		for b, bit := range day[i] {
			weighted(bit, 4*weight*digitWeight(b))
		}
	}
	for i, weight := range []int64{3600, 60} {
		code := clockCode(c.Offset[i])
		for b, bit := range offset[i] {
			back := m.Derived(c.Zone[0] == '-' && code>>b&1 == 1)
			m.Row("offset with a minus", minus, bit, back)
			weighted(bit, -4*weight*digitWeight(b))
			weighted(back, 8*weight*digitWeight(b))
		}
	}
	at := c.Seconds + 1<<(timeBits-1)
	if !c.Is {
		at = 0
	}
	var whole [64]ref
	var high ref // [the time is not before 1970]
	for b := range timeBits {
		high = m.Bit(at>>b&1 == 1)
		whole[b] = high
		weighted(high, -4<<b)
	}
	for b := timeBits - 1; b < 63; b++ {
		whole[b] = m.Not(high)
	}
	whole[63] = high
	sum := m.ProductForm(dayNumberFactors+6+7+7+2*(6+7)+timeBits, factors)
	epoch := firstDay.Days(query.DateOf(time.Unix(0, 0))) + 1
	total := perDay*(4*epoch+dayNumberOffset) - 4<<(timeBits-1)
	m.Implies("value of a time", d.Is.R, m.Add(sum, m.Constant(machine.PowerOfSigned(total))))
	return integer(m, at-1<<(timeBits-1), whole)
}

// layClock commits a number of two digits of a time of day: four bits of the units, and
// two of the tens of hours, which are at most 23, or three of the others, at most 59.
func layClock(m *machine.Machine, what string, tens, v int) []ref {
	bits := make([]ref, 4+tens)
	for b := range bits {
		bits[b] = m.Bit(clockCode(v)>>b&1 == 1)
	}
	belowTen(m, "time", [4]ref(bits))
	if tens == 2 {
		m.Row("tens of hours", bits[4], bits[5], m.Zero())
		m.Implies("hour within the day", bits[5], m.Pack(bits[2:4]))
	} else {
		m.Row("tens of "+what+"s", bits[6], bits[5], m.Zero())
	}
	return bits
}

// clockCode is the decimal digits of a number below 100.
func clockCode(v int) int { return v%10 | v/10<<4 }

// digitWeight is the weight of bit b of a clockCode.
func digitWeight(b int) int64 {
	if b < 4 {
		return 1 << b
	}
	return 10 << (b - 4)
}

// layTimeFraction commits the digits after the point of a time's seconds. text is the
// form of the point and the digits, and shift α to the number of these characters.
func layTimeFraction(m *machine.Machine, digits string) (text, shift ref) {
	var present [timeFraction + 1]ref
	var characters [timeFraction + 1]ref
	for k := range timeFraction {
		var char byte
		if k < len(digits) {
			char = digits[k]
		}
		var digit [4]ref
		present[k], digit = layDigit(m, char)
		if k > 0 {
			m.Implies("fraction without a gap", present[k], m.Not(present[k-1]))
		}
		characters[k+1] = digitForm(m, present[k], digit)
	}
	present[timeFraction] = m.Zero()
	characters[0] = m.Scale(elem{Lo: '.'}, present[0])
	lengths := make([]ref, timeFraction+2) // lengths[k]: k characters
	lengths[0], lengths[1] = m.Not(present[0]), m.Zero()
	for k := 1; k <= timeFraction; k++ {
		lengths[k+1] = m.Add(present[k-1], present[k])
	}
	return m.Fingerprint(characters[:]), m.Fingerprint(lengths)
}

// timeCharacters are the characters of a quoted time before the fraction.
func (d *Date) timeCharacters(m *machine.Machine, smallT ref, hours, minutes, seconds []ref) (out [timeStart]ref) {
	quoted := d.characters(m, query.YearMonthDay, [2]ref{m.One(), m.Zero()}) // hyphens
	text := append(out[:0], quoted[:len(quoted)-1]...)
	text = append(text, m.Space().Affine(elem{Lo: 'T'}, term{K: elem{Lo: 'a' - 'A'}, Ref: smallT}))
	for i, part := range [][]ref{hours, minutes, seconds} {
		if i > 0 {
			text = append(text, m.Constant(elem{Lo: ':'}))
		}
		for _, digit := range [][]ref{part[4:], part[:4]} {
			text = append(text, m.Add(m.Constant(elem{Lo: '0'}), m.Pack(digit)))
		}
	}
	return [timeStart]ref(text)
}

// zoneForm is the form of a zone and the closing quote.
func zoneForm(m *machine.Machine, long, smallZ, minus ref, offset [2][]ref) ref {
	quote := elem{Lo: '"'}
	tens := func(bits []ref) ref { return m.Add(m.Scale(elem{Lo: '0'}, long), m.Pack(bits[4:])) }
	units := func(bits []ref) ref { return m.Add(m.Scale(elem{Lo: '0'}, long), m.Pack(bits[:4])) }
	short := m.Not(long)
	return m.Fingerprint([]ref{
		m.Sum(term{K: elem{Lo: 'Z'}, Ref: short}, term{K: elem{Lo: 'a' - 'A'}, Ref: smallZ}, term{K: elem{Lo: '+'}, Ref: long}, term{K: elem{Lo: '+' ^ '-'}, Ref: minus}),
		m.Add(tens(offset[0]), m.Scale(quote, short)),
		units(offset[0]), m.Scale(elem{Lo: ':'}, long), tens(offset[1]), units(offset[1]), m.Scale(quote, long),
	})
}
