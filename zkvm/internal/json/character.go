package json

// character is a byte inside a string, after the opening quote.
func character(s local, x byte) (next Mode, ok bool) {
	switch s.mode {
	case inString:
		return plain(s, x)
	case escaped:
		switch x {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return inString, true
		case 'u':
			return hex1, true
		}
	case hex1:
		if x == 'd' || x == 'D' {
			return hex2D, true
		}
		return hex2, hexadecimal(x) >= 0
	case hex2:
		return hex3, hexadecimal(x) >= 0
	case hex2D:
		switch h := hexadecimal(x); {
		case h < 0 || h >= 12: // DC00 to DFFF: a low surrogate without a high one
			return 0, false
		case h < 8:
			return hex3, true
		}
		return high3, true
	case hex3:
		return hex4, hexadecimal(x) >= 0
	case hex4:
		return inString, hexadecimal(x) >= 0
	case high3:
		return high4, hexadecimal(x) >= 0
	case high4:
		return lowEscape, hexadecimal(x) >= 0
	case low1:
		return low2, x == 'd' || x == 'D'
	case low2:
		return hex3, hexadecimal(x) >= 12
	case tail1:
		return inString, x >= 0x80 && x <= 0xbf
	case tail2:
		return tail1, x >= 0x80 && x <= 0xbf
	case tail3:
		return tail2, x >= 0x80 && x <= 0xbf
	case tailE0:
		return tail1, x >= 0xa0 && x <= 0xbf
	case tailED:
		return tail1, x >= 0x80 && x <= 0x9f
	case tailF0:
		return tail2, x >= 0x90 && x <= 0xbf
	case tailF4:
		return tail2, x >= 0x80 && x <= 0x8f
	}
	return 0, false
}

// plain is a byte that begins a character of a string, or ends the string.
func plain(s local, x byte) (next Mode, ok bool) {
	switch {
	case x == '"' && s.name:
		return colon, true
	case x == '"':
		return afterValue, true
	case x == '\\':
		return escaped, true
	case x < 0x20:
		return 0, false
	case x < 0x80:
		return inString, true
	case x < 0xc2:
		return 0, false
	case x <= 0xdf:
		return tail1, true
	case x == 0xe0:
		return tailE0, true
	case x == 0xed:
		return tailED, true
	case x <= 0xef:
		return tail2, true
	case x == 0xf0:
		return tailF0, true
	case x <= 0xf3:
		return tail3, true
	case x == 0xf4:
		return tailF4, true
	}
	return 0, false
}

// hexadecimal is the value of a digit, or -1.
func hexadecimal(x byte) int {
	switch {
	case x >= '0' && x <= '9':
		return int(x - '0')
	case x >= 'a' && x <= 'f':
		return int(x-'a') + 10
	case x >= 'A' && x <= 'F':
		return int(x-'A') + 10
	}
	return -1
}
