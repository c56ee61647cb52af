package query

// The sentences of an explanation, and parts of them. Each says what its arguments
// are.
const (
	// Headings and lines of Explanation.String.
	sayLearns      key = "heading.learns"
	sayReads       key = "heading.reads"
	sayReadsNone   key = "heading.reads-none"
	sayComputes    key = "heading.computes"
	sayWarning     key = "line.warning"   // a warning
	sayYesNo       key = "line.yes-no"    // a name
	sayEquals      key = "line.equals"    // a name, its value
	sayOnlyIf      key = "line.only-if"   // a condition
	sayTells       key = "line.tells"     // what
	sayIfTrue      key = "line.if-true"   // what then holds
	sayIfFalse     key = "line.if-false"  // what then holds
	sayRead        key = "line.read"      // a path, its uses, how much of it is shown
	sayMoreOutput  key = "line.more-one"  // nothing
	sayMoreOutputs key = "line.more"      // a number
	sayMoreLocal   key = "line.local-one" // nothing
	sayMoreLocals  key = "line.locals"    // a number

	// What is left out.
	sayIncomplete     key = "incomplete"         // nothing
	sayIncompleteOne  key = "incomplete.one"     // nothing
	sayIncompleteMore key = "incomplete.outputs" // a number of outputs
	sayMoreCondition  key = "more-condition"     // nothing
	sayMoreConditions key = "more-conditions"    // a number

	// What an output reveals.
	sayFixed         key = "reveal.fixed"
	sayAlways        key = "reveal.always-true"
	sayNever         key = "reveal.always-false"
	sayChoice        key = "reveal.choice"          // paths
	sayPresence      key = "reveal.presence"        // nothing
	sayPresenceTells key = "reveal.presence-tells"  // paths
	sayValue         key = "reveal.value"           // a path
	sayComputed      key = "reveal.computed"        // a path
	sayCount         key = "reveal.count"           // a path
	sayMarked        key = "reveal.marked"          // what is revealed, the marker
	sayMarkedOrTruth key = "reveal.marked-or-truth" // what is revealed, the marker
	sayFilter        key = "reveal.filter"          // a path
	sayHolds         key = "outcome.holds"          // nothing
	sayHoldsNot      key = "outcome.holds-not"      // nothing
	sayAllHold       key = "outcome.all-hold"       // nothing
	sayNoneHolds     key = "outcome.none-holds"     // nothing
	saySomeHold      key = "outcome.some-hold"      // nothing
	saySomeHoldNot   key = "outcome.some-hold-not"  // nothing

	// What is done with a path, and how much of it is shown.
	sayUseValue       key = "use.value"
	sayUsePresence    key = "use.presence"
	sayUseKind        key = "use.type"
	sayUseCount       key = "use.count"
	sayUseMarker      key = "use.marker"
	sayShownNot       key = "shown.nothing"
	sayShownByAnswers key = "shown.answers"
	sayShownValue     key = "shown.value"

	// Expressions.
	sayLocal         key = "expr.local"     // a name
	sayEach          key = "expr.each"      // a path
	sayWhereTrue     key = "path.true"      // a path, a member
	sayWhereNotTrue  key = "path.not-true"  // a path, a member
	sayWhereText     key = "path.text"      // a path, a member, a text
	sayExists        key = "expr.exists"    // a path
	sayIsString      key = "expr.is-string" // a path
	sayIsNumber      key = "expr.is-number"
	sayIsBoolean     key = "expr.is-boolean"
	sayIsNull        key = "expr.is-null"
	sayIsArray       key = "expr.is-array"
	sayIsObject      key = "expr.is-object"
	sayNumberOf      key = "expr.count" // a path
	sayNow           key = "expr.now"
	sayTrue          key = "expr.true"
	sayFalse         key = "expr.false"
	sayAnd           key = "expr.and" // between operands
	sayOr            key = "expr.or"  // between operands
	sayNot           key = "expr.not" // a condition
	sayHoldsTrue     key = "expr.holds"
	sayEqual         key = "expr.equal" // both sides
	sayNotEqual      key = "expr.not-equal"
	sayLess          key = "expr.less"
	sayLessEqual     key = "expr.less-equal"
	sayGreater       key = "expr.greater"
	sayGreaterEqual  key = "expr.greater-equal"
	sayContains      key = "expr.contains" // haystack, needle
	sayContainsNot   key = "expr.contains-not"
	sayStartsWith    key = "expr.starts"
	sayStartsWithNot key = "expr.starts-not"
	sayEndsWith      key = "expr.ends"
	sayEndsWithNot   key = "expr.ends-not"
	sayIn            key = "expr.in"      // a value, a list
	sayAge           key = "expr.age"     // a date
	sayDayDiff       key = "expr.days"    // a date
	saySeconds       key = "expr.seconds" // a time
	sayFold          key = "expr.fold"    // a comparison
	sayEvery         key = "expr.every"   // a comparison
	saySome          key = "expr.some"    // a comparison

	// Warnings for whoever reads an explanation.
	warnHidden       key = "warning.hidden"
	warnAlphabets    key = "warning.alphabets" // a text
	warnSearch       key = "warning.search"    // a path, a number of answers
	warnMoreSearches key = "warning.searches"  // a number of paths

	// Advice to whoever writes a query.
	adviseExpiry     key = "advice.exp"       // a document, a path
	adviseAudience   key = "advice.aud"       // a document, a path
	adviseIssuer     key = "advice.iss"       // a document, a path
	adviseUnread     key = "advice.unread"    // a document
	adviseDeep       key = "advice.deep"      // a path
	adviseMore       key = "advice.more"      // a number
	adviseEnd        key = "advice.ends-with" // an operator, another
	adviseStart      key = "advice.starts-with"
	adviseAlways     key = "advice.always-true"
	adviseNever      key = "advice.always-false"
	adviseFold       key = "advice.fold"
	sayDocument      key = "document"
	sayNamedDocument key = "document.named" // a tag
)
