"""What a Vietnamese name looks like in print: capitals, syllables, initials with dots."""

# Every Latin letter of Vietnamese and its neighbours, by case: the ranges of Unicode mix the two.
_LATIN = [
    chr(code) for code in range(0x41, 0x1EFA) if chr(code).isalpha() and (code < 0x250 or code >= 0x1E00)
]
CAPITAL = "".join(letter for letter in _LATIN if letter.isupper())
SMALL = "".join(letter for letter in _LATIN if letter.islower())

# One letter, or the letters that are written as one at the start of a syllable: "Th.", "Ng.".
_INITIAL = f"(?:Ngh|Ng|Nh|Th|Tr|Ch|Kh|Ph|Gi|Gh|Qu|[{CAPITAL}])"
INITIALS = rf"{_INITIAL}\.(?: ?{_INITIAL}\.)*(?: ?{_INITIAL}(?![{CAPITAL}{SMALL}]))?"
_SYLLABLE = rf"(?!{_INITIAL}\.)[{CAPITAL}][{CAPITAL}{SMALL}]*(?:['’-][{CAPITAL}{SMALL}]+)*"
NAME_WORDS = rf"{_SYLLABLE}(?: {_SYLLABLE}){{0,5}}"
NAME = rf"(?<![\w.])(?:{INITIALS}|{NAME_WORDS}(?: {INITIALS})?)"
