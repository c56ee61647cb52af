package query

import "github.com/zkpass-go/zkpass/document"

// Limits on a query and on what it reads. Each has an error of its own.
const (
	MaxText        = 64 << 10 // bytes of the query's text
	MaxDocuments   = 4        // documents that one query reads
	MaxPaths       = 64       // different paths
	MaxEachPaths   = 8        // different paths that go over all elements of an array
	MaxElements    = 32       // elements of an array under EACH, before filtering
	MaxLongArray   = 1024     // the same where only single elements are looked at, see Expr.Elements
	MaxIndex       = 4095     // of an array element that a path names
	MaxName        = 128      // decoded bytes of a name in the query
	MaxLiteral     = 256      // decoded bytes of a string in the query
	MaxString      = 256      // decoded bytes of a document's string that is used
	MaxWritten     = 1536     // bytes that such a string takes between its quotes at most: \u0041 for each byte
	MaxExpressions = 1024     // expressions, literals of "in" among them
	MaxContains    = 32       // of all kinds of "contains", "starts_with" and "ends_with"
	MaxNesting     = 32       // expressions and blocks inside each other
)

// A Program is a compiled query: every name resolved, every type checked as far
// as the query alone fixes it. It is never changed after [Compile], must not be
// changed by others, and is safe for concurrent use.
//
// Evaluation starts with the first statement of Body. A local is assigned before
// it is read and at most once, an output is used at most once, on every way
// through the program.
type Program struct {
	Documents []Source    // in the order of their tags' bytes
	Paths     []Path      // different ones, in the order of their first use
	Locals    []string    // names, in the order of the first assignment
	Outputs   []string    // names, in the order of the first output statement
	Body      []Statement // never empty
}

// A Source is a document that the program reads.
type Source struct {
	Tag    string // empty if it is the only document and paths carry no tag
	Format Format
}

// Format tells where in a payload the paths of a query start.
type Format uint8

const (
	// ZkPass paths start inside the payload's member "data".
	ZkPass Format = iota
	// JWT paths start at the payload itself.
	JWT
)

// String returns the name of the format as it is written in a request.
func (f Format) String() string {
	if f == JWT {
		return "jwt"
	}
	return "zkpass"
}

// Type is a set of types that a value may have. A set of one is a type that the
// query alone fixes.
type Type uint8

// The types. Unknown is the type of a member, which only the document tells. A
// local that different branches assign has all their types.
const (
	String Type = 1 << iota
	Number
	Boolean
	Unknown = String | Number | Boolean
)

// Fixed tells whether the query alone fixes the type.
func (t Type) Fixed() bool { return t == String || t == Number || t == Boolean }

// String returns the types in words, for errors.
func (t Type) String() string {
	switch t {
	case String:
		return "string"
	case Number:
		return "number"
	case Boolean:
		return "boolean"
	case String | Number:
		return "string or number"
	case String | Boolean:
		return "string or boolean"
	case Number | Boolean:
		return "number or boolean"
	case Unknown:
		return "string, number or boolean"
	}
	return "no type"
}

// StatementKind is the kind of a statement.
type StatementKind uint8

const (
	// Assign gives local Slot the value of Expr.
	Assign StatementKind = iota + 1
	// Output adds the value of Expr to the outputs, under name Slot.
	Output
	// If runs Then if Expr is true, Else if it is false.
	If
)

// A Statement is one step of a program.
type Statement struct {
	Kind StatementKind
	Pos  string // where it stands, for errors: "statement 2, then 1, assign x"
	Slot int    // Assign: index into Locals; Output: index into Outputs
	Expr *Expr  // the value, or the condition of If, which is a scalar boolean
	Then []Statement
	Else []Statement
	name string // of the local or output, until it is resolved

	// Sources has, for Output, the indexes of all paths that may have made the
	// value, on one way or another: in ascending order, and none if the value is
	// a scalar of fixed type boolean, which needs no marker. On each way the
	// value comes from at most one of them. Whatever Sources says, a value that
	// turns out to be a scalar boolean needs no marker.
	Sources []int
}

// Op tells what an expression does.
type Op uint8

// The operations, with the fields of [Expr] that they use besides Type, Array,
// and Pos. Those from Equal to GreaterEqual take two scalars, or an array and a
// scalar, and use Quantifier.
const (
	Constant     Op = iota + 1 // Literal
	Local                      // lvar: Slot
	MemberValue                // dvar: Path; Elements if it has EACH
	Exists                     // Path, which has no EACH
	Count                      // Path, which ends in EACH; Elements
	Now                        // the evaluation time in Unix seconds
	And                        // Args, any number; stops at the first false
	Or                         // Args, any number; stops at the first true
	Not                        // Args[0]
	Equal                      // ==, or ~== with Fold: Args[0], Args[1]
	NotEqual                   // !=, or ~!= with Fold: Args[0], Args[1]
	Less                       // < of numbers: Args[0], Args[1]
	LessEqual                  // <= of numbers: Args[0], Args[1]
	Greater                    // > of numbers: Args[0], Args[1]
	GreaterEqual               // >= of numbers: Args[0], Args[1]
	Contains                   // Args[0] the haystack, Args[1] the needle; Fold, Negate
	In                         // Args[0], List; List is of one type
	Age                        // get_age: Args[0], Date; an array gives an array
	DayDiff                    // get_day_diff: Args[0], Date; an array gives an array
	Seconds                    // get_time: Args[0], a scalar
	StartsWith                 // like Contains
	EndsWith                   // like Contains
	Is                         // Path, which has no EACH; Kind
)

// Quantifier tells how the tests of an array's elements make one boolean.
type Quantifier uint8

const (
	// One: there is no array among the operands.
	One Quantifier = iota
	// All elements must pass; true of an empty array.
	All
	// Any element must pass; false of an empty array.
	Any
)

// Kind is the kind of a JSON value that "is" asks for.
type Kind uint8

// The kinds that "is" tells apart.
const (
	StringKind Kind = iota + 1
	NumberKind      // of whatever size and spelling
	BooleanKind
	NullKind
	ArrayKind
	ObjectKind
)

var kindNames = [...]string{"no kind", "string", "number", "boolean", "null", "array", "object"}

// String returns the kind as it is written in a query.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[0]
}

// DateFormat is the order of day, month and year in a date.
type DateFormat uint8

const (
	// DayMonthYear is "DD/MM/YYYY".
	DayMonthYear DateFormat = iota + 1
	// MonthDayYear is "MM/DD/YYYY".
	MonthDayYear
	// YearMonthDay is "YYYY-MM-DD".
	YearMonthDay
)

// String returns the format as it is written in a query.
func (f DateFormat) String() string {
	switch f {
	case DayMonthYear:
		return "DD/MM/YYYY"
	case MonthDayYear:
		return "MM/DD/YYYY"
	case YearMonthDay:
		return "YYYY-MM-DD"
	}
	return "no date format"
}

// An Expr is an expression. Which fields it uses depends on Op.
type Expr struct {
	Op   Op
	Type Type // of the value, or of the elements of an array
	// Array tells that the value is an array. The query alone fixes it.
	Array bool
	Pos   string // where it stands, for errors: "statement 1, output r, and 2"

	Args       []*Expr
	Literal    Literal
	Path       int // index into Program.Paths
	Slot       int // index into Program.Locals
	List       []Literal
	Quantifier Quantifier
	Date       DateFormat
	Kind       Kind
	Fold       bool // A to Z and a to z are equal
	Negate     bool

	// Elements is how many elements the array that Path goes over may have for
	// this use of it: MaxLongArray if the path ends in EACH without a filter and is
	// itself an operand of a comparison whose other operand is a literal or now, or
	// of count; MaxElements for any other use of a path with EACH. Other uses of the
	// same path may have another limit.
	Elements int

	name string // of a local, until it is resolved
}

// A Literal is a value that stands in the query.
type Literal struct {
	Type Type // String, Number or Boolean
	Str  string
	Num  document.Decimal
	Bool bool
}
