package value

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/zkpass-go/zkpass/query"
	"github.com/zkpass-go/zkpass/zkvm/internal/circuits"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine"
	"github.com/zkpass-go/zkpass/zkvm/internal/machine/machinetest"
)

// agreeOnDate holds both gadgets against package query for one string, on one day.
func agreeOnDate(t testing.TB, text string, f query.DateFormat, today query.Date) {
	t.Helper()
	leafOf := stringLeaf(t, text)
	var years, days *Number
	var hasAge, hasDays flag
	a := machinetest.New(t, func(m *machine.Machine) {
		l := leafOf(m)
		years, hasAge = l.Age(m, f, today)
		days, hasDays = l.DayDiff(m, f, today)
	})
	want, ok := query.ParseDate(text, f)
	wantYears, past := want.Age(today)
	past = past && ok
	if hasDays.V != ok || hasAge.V != past {
		t.Fatalf("%q as %s on %v: is a date %v, has an age %v, want %v, %v", text, f, today, hasDays.V, hasAge.V, ok, past)
	}
	if past && years.V.Int != wantYears || ok && days.V.Int != want.Days(today) {
		t.Fatalf("%q as %s on %v: %d years, %d days, want %d, %d", text, f, today, years.V, days.V, wantYears, want.Days(today))
	}
	// The committed bits say what v says, date or not.
	gotYears, gotDays := *years, *days
	walk := a.Walk
	a.Walk = func(m *machine.Machine) {
		walk(m)
		bitsAre(m, years, gotYears.V.Int)
		bitsAre(m, days, gotDays.V.Int)
	}
	if label := a.Check(t, nil); label != "" {
		t.Fatalf("%q as %s on %v: %s", text, f, today, label)
	}
}

// bitsAre adds the linear conditions that an integer's forms are those of v.
func bitsAre(m *machine.Machine, n *Number, v int64) {
	c := ConstantInteger(m, v)
	m.ZeroForm("packed form", m.Add(n.Packed, c.Packed))
	for k := range n.Bits {
		m.ZeroForm(fmt.Sprint("bit ", k), m.Add(n.Bits[k], c.Bits[k]))
	}
}

func write(d query.Date, f query.DateFormat, sign string) string {
	switch f {
	case query.DayMonthYear:
		return fmt.Sprintf("%02d%s%02d%s%04d", d.Day, sign, d.Month, sign, d.Year)
	case query.MonthDayYear:
		return fmt.Sprintf("%02d%s%02d%s%04d", d.Month, sign, d.Day, sign, d.Year)
	}
	return fmt.Sprintf("%04d%s%02d%s%02d", d.Year, sign, d.Month, sign, d.Day)
}

var dateFormats = []query.DateFormat{query.DayMonthYear, query.MonthDayYear, query.YearMonthDay}

// Days around which the calendar is special, and the ends of its range.
var specialDates = []query.Date{
	{Year: 1, Month: 1, Day: 1}, {Year: 1, Month: 12, Day: 31}, {Year: 4, Month: 2, Day: 29}, {Year: 100, Month: 2, Day: 28},
	{Year: 400, Month: 2, Day: 29}, {Year: 1582, Month: 10, Day: 10}, {Year: 1899, Month: 12, Day: 31},
	{Year: 1900, Month: 2, Day: 28}, {Year: 1900, Month: 3, Day: 1}, {Year: 1970, Month: 1, Day: 1}, {Year: 1999, Month: 12, Day: 31},
	{Year: 2000, Month: 1, Day: 1}, {Year: 2000, Month: 2, Day: 28}, {Year: 2000, Month: 2, Day: 29}, {Year: 2000, Month: 3, Day: 1},
	{Year: 2023, Month: 2, Day: 28}, {Year: 2023, Month: 3, Day: 1}, {Year: 2024, Month: 2, Day: 29}, {Year: 2024, Month: 12, Day: 31},
	{Year: 2025, Month: 1, Day: 1}, {Year: 2026, Month: 7, Day: 31}, {Year: 2026, Month: 8, Day: 1}, {Year: 2026, Month: 9, Day: 30},
	{Year: 2100, Month: 2, Day: 28}, {Year: 2100, Month: 3, Day: 1}, {Year: 2400, Month: 2, Day: 29}, {Year: 9996, Month: 2, Day: 29}, {Year: 9999, Month: 12, Day: 31},
}

func TestDatesAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	signs := []string{"/", "-", "."}
	random := func() query.Date {
		return query.DateOf(time.Unix(-62135596800+r.Int64N(86400*3652059), 0))
	}
	n := 0
	for _, d := range specialDates {
		for _, today := range specialDates {
			agreeOnDate(t, write(d, dateFormats[n%3], signs[n/3%3]), dateFormats[n%3], today)
			n++
		}
	}
	for range 1500 {
		f := dateFormats[r.IntN(3)]
		d := random()
		today := random()
		if r.IntN(2) == 0 { // close to a birthday
			today = query.DateOf(time.Date(1+r.IntN(9999), time.Month(d.Month), d.Day-1+r.IntN(3), 0, 0, 0, 0, time.UTC))
			today.Year = max(1, min(today.Year, 9999))
		}
		agreeOnDate(t, write(d, f, signs[r.IntN(3)]), f, today)
		n++
	}
	for _, y := range []int{1900, 2000, 2023, 2024, 2100} { // every day a month may have, and some more
		for month := 0; month <= 13; month++ {
			for _, day := range []int{0, 1, 9, 10, 28, 29, 30, 31, 32, 39, 40} {
				f := dateFormats[n%3]
				agreeOnDate(t, write(query.Date{Year: y, Month: month, Day: day}, f, "-"), f, query.Date{Year: 2024, Month: 2, Day: 29})
				n++
			}
		}
	}
	t.Logf("%d dates", n)
}

var malformedDates = []string{
	"", "2000", "2000-1-02", "2000-01-2", "200-01-02", "20000-01-02", "2000-01-02T", "2000-01-020", " 2000-01-0", "2000-01-0 ",
	"2000 01 02", "2000:01:02", "2000,01,02", "2000001002", "2000-01/02", "2000/01-02", "2000.01-02", "2000-01-0a", "2000-0:-02",
	"/000-01-02", "2000-01-/2", "+000-01-01", "2000--1-02", "0000-01-01", "2000-00-01", "2000-13-01", "2000-20-01", "2000-01-00",
	"2000-01-32", "2000-01-40", "2000-01-99", "2001-02-29", "1900-02-29", "2100-02-29", "2000-02-30", "2000-04-31", "2000-06-31",
	"2000-09-31", "2000-11-31", "02-01-2000", "2000-01-0é", "２０００", "01-02-2000", "31-12-2000", "12-31-2000", "true", "20000102",
	`2000\u002d01`, "2000-01-0\"", "2000-01-0\\", ",000-01-02", "2000,01,02", "2000-01-:1",
}

func TestMalformedDatesAgree(t *testing.T) {
	for _, text := range malformedDates {
		for _, f := range dateFormats {
			agreeOnDate(t, text, f, query.Date{Year: 2025, Month: 2, Day: 17})
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 600 { // one or two characters of a date changed
		f := dateFormats[r.IntN(3)]
		b := []byte(write(specialDates[r.IntN(len(specialDates))], f, "/"))
		for range 1 + r.IntN(2) {
			b[r.IntN(len(b))] = "0123456789/-.:, a"[r.IntN(17)]
		}
		agreeOnDate(t, string(b), f, query.Date{Year: 2025, Month: 2, Day: 17})
	}
}

// TestForgedDates claims what is not so. Each assertion must be what stops
// some forger.
func TestForgedDates(t *testing.T) {
	day := func(y, m, d int) query.Date { return query.Date{Year: y, Month: m, Day: d} }
	// The indexes of secrets, in the order in which newDate commits them.
	const (
		year, dayBits, after, rest = 3, 19, 25, 36
		// derived by checkCalendar
		thirties, last, fourth, leapCentury, turn, common, leap, short, nine, leapDay = rest, rest + 1, rest + 2,
			rest + 3, rest + 4, rest + 5, rest + 6, rest + 7, rest + 8, rest + 9
		// symbols
		turnInverse, yearInverse, dayInverse = rest + 10, rest + 11, rest + 12
	)
	bit := func(i int, v bool) map[int]elem { return map[int]elem{i: machine.BitElem(v)} }
	for name, c := range map[string]struct {
		text    string
		value   query.Date
		sign    byte
		changes map[int]elem
		notText bool
		want    string
	}{
		"honest":                 {text: "2024-02-29", value: day(2024, 2, 29), sign: '-', want: ""},
		"comma":                  {text: "2024,02,29", value: day(2024, 2, 29), sign: ',', want: "separator of a date"},
		"year of letters":        {text: "202:-02-28", value: day(2020, 2, 28), sign: '-', changes: map[int]elem{year + 1: one, year + 3: one}, want: "digit of a year"},
		"year with :":            {text: "2:24-02-28", value: day(2024, 2, 28), sign: '-', changes: map[int]elem{year + 9: one, year + 11: one}, want: "digit of a year"},
		"year with <":            {text: "<024-02-28", value: day(2024, 2, 28), sign: '-', changes: map[int]elem{year + 13: {}, year + 14: one, year + 15: one}, want: "digit of a year"},
		"day with ;":             {text: "2024-02-1;", value: day(2024, 2, 18), sign: '-', changes: map[int]elem{dayBits: one, dayBits + 1: one}, want: "digit of a day"},
		"months 1 and 3 and 4":   {text: "2024-02-01", value: day(2024, 1, 1), sign: '-', changes: map[int]elem{after + 1: one, after + 2: one}, want: "months in order"},
		"no day above 29":        {text: "2024-02-30", value: day(2024, 2, 30), sign: '-', changes: bit(thirties, false), want: "day above 29"},
		"day 32":                 {text: "2024-01-32", value: day(2024, 1, 32), sign: '-', want: "day above 31"},
		"day 34":                 {text: "2024-01-34", value: day(2024, 1, 34), sign: '-', want: "day above 31"},
		"day 38":                 {text: "2024-01-38", value: day(2024, 1, 38), sign: '-', want: "day above 31"},
		"30 February":            {text: "2024-02-30", value: day(2024, 2, 30), sign: '-', want: "30 February"},
		"31 February":            {text: "2024-02-31", value: day(2024, 2, 31), sign: '-', want: "30 February"},
		"31 is not last":         {text: "2024-04-31", value: day(2024, 4, 31), sign: '-', changes: bit(last, false), want: "day 31"},
		"31 April":               {text: "2024-04-31", value: day(2024, 4, 31), sign: '-', want: "short month"},
		"31 June":                {text: "2024-06-31", value: day(2024, 6, 31), sign: '-', want: "short month"},
		"31 September":           {text: "2024-09-31", value: day(2024, 9, 31), sign: '-', want: "short month"},
		"31 November":            {text: "2024-11-31", value: day(2024, 11, 31), sign: '-', want: "short month"},
		"fourth year":            {text: "2023-02-29", value: day(2023, 2, 29), sign: '-', changes: map[int]elem{fourth: one, leap: one, short: {}}, want: "fourth year"},
		"fourth year by tens":    {text: "2014-02-29", value: day(2014, 2, 29), sign: '-', changes: map[int]elem{fourth: one, leap: one, short: {}}, want: "fourth year"},
		"fourth century":         {text: "1900-02-29", value: day(1900, 2, 29), sign: '-', changes: map[int]elem{leapCentury: one, common: {}, leap: one, short: {}}, want: "fourth century"},
		"no turn":                {text: "1900-02-29", value: day(1900, 2, 29), sign: '-', changes: map[int]elem{turn: {}, common: {}, leap: one, short: {}}, want: "turn of a century"},
		"a turn":                 {text: "1904-02-29", value: day(1904, 2, 29), sign: '-', changes: map[int]elem{turn: one, turnInverse: {}}, want: "turn of a century"},
		"no common century":      {text: "1900-02-29", value: day(1900, 2, 29), sign: '-', changes: map[int]elem{common: {}, leap: one, short: {}}, want: "common century"},
		"leap":                   {text: "1900-02-29", value: day(1900, 2, 29), sign: '-', changes: map[int]elem{leap: one, short: {}}, want: "leap year"},
		"long February":          {text: "1900-02-29", value: day(1900, 2, 29), sign: '-', changes: bit(short, false), want: "February of a common year"},
		"not the ninth":          {text: "1900-02-29", value: day(1900, 2, 29), sign: '-', changes: map[int]elem{nine: {}, leapDay: {}}, want: "ninth day"},
		"not the 29th":           {text: "1900-02-29", value: day(1900, 2, 29), sign: '-', changes: bit(leapDay, false), want: "day 29"},
		"29 February 1900":       {text: "1900-02-29", value: day(1900, 2, 29), sign: '-', want: "29 February of a common year"},
		"29 February 2100":       {text: "2100-02-29", value: day(2100, 2, 29), sign: '-', want: "29 February of a common year"},
		"29 February 2023":       {text: "2023-02-29", value: day(2023, 2, 29), sign: '-', want: "29 February of a common year"},
		"29 February 2022":       {text: "2022-02-29", value: day(2022, 2, 29), sign: '-', want: "29 February of a common year"},
		"29 February 2090":       {text: "2090-02-29", value: day(2090, 2, 29), sign: '-', want: "29 February of a common year"},
		"year 0":                 {text: "0000-01-01", value: day(0, 1, 1), sign: '-', want: "year 0"},
		"year 0 with an inverse": {text: "0000-01-01", value: day(0, 1, 1), sign: '-', changes: map[int]elem{yearInverse: one}, want: "year 0"},
		"day 0":                  {text: "2024-01-00", value: day(2024, 1, 0), sign: '-', want: "day 0"},
		"day 0 with an inverse":  {text: "2024-01-00", value: day(2024, 1, 0), sign: '-', changes: map[int]elem{dayInverse: one}, want: "day 0"},
		"another year":           {text: "2024-02-29", value: day(2020, 2, 29), sign: '-', want: "date"},
		"another month":          {text: "2024-02-29", value: day(2024, 1, 29), sign: '-', want: "date"},
		"another day":            {text: "2024-02-29", value: day(2024, 2, 28), sign: '-', want: "date"},
		"another separator":      {text: "2024-02-29", value: day(2024, 2, 29), sign: '/', want: "date"},
		"two separators":         {text: "2024-02/29", value: day(2024, 2, 29), sign: '-', want: "date"},
		"one digit more":         {text: "2024-02-290", value: day(2024, 2, 29), sign: '-', want: "date"},
		"one digit less":         {text: "2024-02-2", value: day(2024, 2, 2), sign: '-', want: "date"},
		"another order":          {text: "02-29-2024", value: day(2024, 2, 29), sign: '-', want: "date"},
		"no string":              {text: "2024-02-29", value: day(2024, 2, 29), sign: '-', notText: true, want: "date"},
	} {
		t.Run(name, func(t *testing.T) {
			leafOf := stringLeaf(t, c.text)
			a := machinetest.New(t, func(m *machine.Machine) {
				l := leafOf(m)
				l.IsString = m.Fixed(!c.notText)
				l.layDate(m, query.YearMonthDay, dateClaim{Is: true, Value: c.value, Sign: c.sign})
			})
			if got := a.Check(t, c.changes); got != c.want {
				t.Errorf("stopped by %q, want %q", got, c.want)
			}
		})
	}
	// A published product is what its factors make it.
	honest := machinetest.New(t, func(m *machine.Machine) {
		stringLeaf(t, "2024-02-29")(m).layDate(m, query.YearMonthDay, dateClaim{Is: true, Value: day(2024, 2, 29), Sign: '-'})
	})
	w := honest.Secrets[len(honest.Secrets)-1]
	if got := honest.CheckAfter(t, len(honest.Secrets)-1, field.Add(w, one)); got != "characters of a date" {
		t.Errorf("another product: stopped by %q", got)
	}
}

// Every secret of a date is bound: a change of any one bit is noticed by
// something, where the string is a date.
func TestDateBitsAreBound(t *testing.T) {
	today := query.Date{Year: 2025, Month: 2, Day: 17}
	for _, text := range []string{"2024-02-29", "1900-12-31", "0001-01-01", "2025-02-17", "1990-10-09"} {
		leafOf := stringLeaf(t, text)
		a := machinetest.New(t, func(m *machine.Machine) {
			l := leafOf(m)
			l.Age(m, query.YearMonthDay, today)
			l.DayDiff(m, query.YearMonthDay, today)
		})
		past := -1
		for i := range a.Laid.Bits {
			if got := a.Check(t, map[int]elem{i: field.Add(a.Secrets[i], one)}); got == "" {
				// The flag of an age may be denied, which helps nobody.
				if past >= 0 {
					t.Errorf("%s: secret %d can be changed", text, i)
				}
				past = i
			}
		}
		if past < 0 {
			t.Errorf("%s: its age cannot be denied", text)
		}
	}
}

func TestForgedAgesAndDays(t *testing.T) {
	today := query.Date{Year: 2025, Month: 2, Day: 17}
	type claim struct {
		text        string
		is          bool
		years, rest int64
		past        bool
		diff        int64
	}
	for name, c := range map[string]struct {
		claim
		want string
	}{
		"honest":              {claim{"2000-02-17", true, 25, 0, true, 9132}, ""},
		"honest, day before":  {claim{"2000-02-18", true, 24, 511, true, 9131}, ""},
		"one more":            {claim{"2000-02-18", true, 25, 0, true, 9131}, "age"},
		"one less":            {claim{"2000-02-17", true, 24, 0, true, 9132}, "age"},
		"adult":               {claim{"2010-02-17", true, 18, 0, true, 5479}, "age"},
		"later":               {claim{"2025-02-18", true, 0, 0, true, -1}, "age"},
		"later, wrapped":      {claim{"2025-02-18", true, 1<<ageBits - 1, 511, true, -1}, "age"},
		"later, not needed":   {claim{"2025-02-18", true, 0, 0, false, -1}, ""},
		"no date":             {claim{"2000-02-17", false, 25, 0, true, 9132}, "age of a date"},
		"one day more":        {claim{"2000-02-17", true, 25, 0, true, 9133}, "day difference"},
		"the other sign":      {claim{"2025-02-18", true, 0, 0, false, 1}, "day difference"},
		"a quarter of a year": {claim{"2000-02-17", true, 25, 0, true, 9132 + 1<<20}, "day difference"},
	} {
		t.Run(name, func(t *testing.T) {
			leafOf := stringLeaf(t, c.text)
			a := machinetest.New(t, func(m *machine.Machine) {
				v, _ := query.ParseDate(c.text, query.YearMonthDay)
				d := leafOf(m).layDate(m, query.YearMonthDay, dateClaim{Is: true, Value: v, Sign: '-'})
				if !c.is {
					d.Is = m.Fixed(false)
				}
				d.layAge(m, today, c.years, c.rest, c.past)
				d.layDayDiff(m, today, c.diff)
			})
			if got := a.Check(t, nil); got != c.want {
				t.Errorf("stopped by %q, want %q", got, c.want)
			}
		})
	}
	// The day before a leap day does not count: 1 January of a leap year.
	leafOf := stringLeaf(t, "2024-01-01")
	a := machinetest.New(t, func(m *machine.Machine) {
		l := leafOf(m)
		l.DayDiff(m, query.YearMonthDay, today)
	})
	early := -1
	for i := range a.Laid.Bits {
		if a.Check(t, map[int]elem{i: field.Add(a.Secrets[i], one)}) == "before a leap day" {
			early = i
		}
	}
	if early < 0 {
		t.Error("no change is stopped by the row of days before a leap day")
	}
}

// What a date costs, as the doc comments say.
func TestDateCost(t *testing.T) {
	type cost struct{ bits, symbols, full, rows, products, published int }
	leafOf := stringLeaf(t, "2024-01-01")
	today := query.Date{Year: 2025, Month: 2, Day: 17}
	measure := func(walk func(m *machine.Machine, l *Leaf)) cost {
		m := &machine.Machine{Chunk: circuits.Chunks[0], Copies: make([]int, circuits.Dots)}
		walk(m, leafOf(m))
		return cost{m.Bits, m.Symbols, m.Full, m.Rows, m.Copies[circuits.Products], m.Published}
	}
	date := measure(func(m *machine.Machine, l *Leaf) { l.dateOf(m, query.YearMonthDay) })
	if want := (cost{46, 3, 1, 35, 0, 16}); date != want {
		t.Errorf("date: %+v, want %+v", date, want)
	}
	for name, f := range map[string]func(m *machine.Machine, l *Leaf){
		"age":            func(m *machine.Machine, l *Leaf) { l.Age(m, query.YearMonthDay, today) },
		"day difference": func(m *machine.Machine, l *Leaf) { l.DayDiff(m, query.YearMonthDay, today) },
	} {
		got := measure(f)
		if want := (cost{date.bits + 24, date.symbols, 2, date.rows + 2, 1, 32}); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}
