// Names that two file systems, or two people, may have made of one.
#pragma once

#include <string_view>

namespace sand::domains {

/// Whether two different names differ in case only, or in Unicode's form: an accented letter, a kana or a
/// syllable of Hangul as one character in one name and as several in the other. There is no table of
/// characters: where one name has a letter with marks, any single character outside ASCII in the other counts
/// as its composed form.
bool alike(std::string_view a, std::string_view b);

}  // namespace sand::domains
