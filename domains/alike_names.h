// Detects names that are probably two spellings of one name, from two file systems or two people.
#pragma once

#include <string_view>

namespace sand::domains {

/// Whether two different names differ only in case or in Unicode normalization form: an accented letter, a
/// kana or a Hangul syllable is one character in one name and several in the other. There is no table of
/// characters: if one name has a letter with combining marks, any single character outside ASCII in the other
/// counts as its composed form.
bool alike(std::string_view a, std::string_view b);

}  // namespace sand::domains
