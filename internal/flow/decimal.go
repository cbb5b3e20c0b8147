package flow

import (
	"cmp"
	"strconv"
	"strings"
)

// decimal is an exact decimal number of any size, read and compared in time
// linear in its text: neither 1e400 nor thousands of digits lose precision or
// cost more than they are long.
type decimal struct {
	negative bool
	// digits have no zeros at either end; empty is zero. The value is
	// 0.digits × 10^point.
	digits string
	point  int64
}

// maxExponentDigits keeps the exponent within int64 whatever else is added to it.
const maxExponentDigits = 15

// parseNumber reads a number as people and programs write it: an optional
// sign, digits with an optional point, an optional exponent, white space
// around it. "NaN", "Inf", hexadecimal and thousands separators are no numbers.
func parseNumber(text string) (decimal, bool) {
	unsigned, plus := strings.CutPrefix(strings.TrimSpace(text), "+")
	if plus && strings.HasPrefix(unsigned, "-") {
		return decimal{}, false
	}
	return parseDecimal(unsigned, false)
}

// parseJSONNumber reads a number in JSON's grammar, so that texts which only
// look like numbers ("007", "+91", ".5") stay texts.
func parseJSONNumber(text string) (decimal, bool) { return parseDecimal(text, true) }

func parseDecimal(text string, strict bool) (decimal, bool) {
	rest, negative := strings.CutPrefix(text, "-")
	mantissa, exponentText, hasExponent := cutAny(rest, "eE")
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !allDigits(whole) || !allDigits(fraction) || whole == "" && fraction == "" {
		return decimal{}, false
	}
	if strict && (whole == "" || len(whole) > 1 && whole[0] == '0' || hasPoint && fraction == "") {
		return decimal{}, false
	}
	var exponent int64
	if hasExponent {
		var ok bool
		if exponent, ok = parseExponent(exponentText); !ok {
			return decimal{}, false
		}
	}
	digits := strings.TrimLeft(whole+fraction, "0")
	point := int64(len(whole)) - int64(len(whole)+len(fraction)-len(digits)) + exponent
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return decimal{}, true
	}
	return decimal{negative: negative, digits: digits, point: point}, true
}

func parseExponent(text string) (int64, bool) {
	unsigned := text
	if text != "" && (text[0] == '+' || text[0] == '-') {
		unsigned = text[1:]
	}
	if unsigned == "" || !allDigits(unsigned) {
		return 0, false
	}
	if len(strings.TrimLeft(unsigned, "0")) > maxExponentDigits {
		return 0, false
	}
	exponent, err := strconv.ParseInt(text, 10, 64)
	return exponent, err == nil
}

// compare is -1, 0 or 1 as d is below, equal to or above other.
func (d decimal) compare(other decimal) int {
	if d.sign() != other.sign() {
		return cmp.Compare(d.sign(), other.sign())
	}
	return d.sign() * cmp.Or(cmp.Compare(d.point, other.point), strings.Compare(d.digits, other.digits))
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

// key is the same text for equal numbers, and only for those.
func (d decimal) key() string {
	if d.digits == "" {
		return "0"
	}
	sign := ""
	if d.negative {
		sign = "-"
	}
	return sign + d.digits + "e" + strconv.FormatInt(d.point, 10)
}

// writtenDigits is how many digits a number in JSON's grammar has, before and
// after the point, when it is written out without its exponent and with its
// trailing zeros: what Postgres keeps of it. ok is false for no number, and
// for exponents beyond all reason.
func writtenDigits(text string) (whole, fraction int64, ok bool) {
	mantissa, exponentText, hasExponent := cutAny(strings.TrimPrefix(text, "-"), "eE")
	before, after, _ := strings.Cut(mantissa, ".")
	var exponent int64
	if hasExponent {
		if exponent, ok = parseExponent(exponentText); !ok {
			return 0, 0, false
		}
	}
	_, ok = parseJSONNumber(text)
	return int64(len(before)) + max(exponent, 0), int64(len(after)) + max(-exponent, 0), ok
}

// plain is a whole number written out, for numbers of at most limit digits.
func (d decimal) plain(limit int64) (string, bool) {
	switch {
	case d.digits == "":
		return "0", true
	case d.point < int64(len(d.digits)) || d.point > limit:
		return "", false
	}
	text := d.digits + strings.Repeat("0", int(d.point)-len(d.digits))
	if d.negative {
		text = "-" + text
	}
	return text, true
}

func cutAny(text, separators string) (before, after string, found bool) {
	if i := strings.IndexAny(text, separators); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}
