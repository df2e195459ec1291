#include "experiments/playground/flags.h"

#include <charconv>
#include <type_traits>

#include "experiments/setup/settings_table.h"
#include "tensor/error.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

/// The words after the flag at `at`, up to the next flag.
std::vector<std::string> values_after(const std::vector<std::string>& arguments, std::size_t at) {
  std::vector<std::string> values;
  while (++at < arguments.size() && !arguments[at].starts_with("--")) values.push_back(arguments[at]);
  return values;
}

template <class Number>
Number number_of(const std::string& flag, const std::string& text) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  check(failure == std::errc() && end == text.data() + text.size(),
        [&] { return Error(Fault::usage, flag + ": expected a number").fact("found", text); });
  return number;
}

/// Sets a field from the words after its flag.
template <class Value>
void set(const Setting& setting, const std::string& flag, const std::vector<std::string>& words,
         Value& field) {
  constexpr bool is_numbers = std::is_same_v<Value, std::vector<int>>,
                 is_words = std::is_same_v<Value, std::vector<std::string>>;
  const std::size_t expected = std::is_same_v<Value, bool> ? 0 : 1;
  check(is_numbers || is_words ? !words.empty() : words.size() == expected, [&] {
    return Error(Fault::usage, flag + (expected == 0 ? ": takes no value" : ": expected one value"))
        .fact("found", std::to_string(words.size()) + " values");
  });
  check(!setting.is_place, [&] { return Error(Fault::usage, flag + ": the playground has no files"); });
  if constexpr (is_numbers) {
    field.clear();
    for (const std::string& word : words)
      field.push_back(word == setting.none ? kNone : number_of<int>(flag, word));
  } else if constexpr (is_words) {
    field = words;
  } else if constexpr (std::is_same_v<Value, bool>) {
    field = true;
  } else if constexpr (std::is_same_v<Value, std::string>) {
    field = words[0];
  } else {
    field = number_of<Value>(flag, words[0]);
  }
}

/// Whether `flags`, "--seed,--data_seed", names the flag.
bool names(const std::string& flags, const std::string& flag) {
  return ("," + flags + ",").find("," + flag + ",") != std::string::npos;
}

}  // namespace

RunRequest request_of_flags(const std::vector<std::string>& arguments) {
  RunRequest request;
  for (std::size_t at = 0; at < arguments.size();) {
    const std::string& flag = arguments[at];
    const std::vector<std::string> words = values_after(arguments, at);
    bool found = false;
    std::vector<std::string> known;
    visit_settings(request, [&](const char*, const Setting& setting, auto& field) {
      if (*setting.flags == '\0') return;
      known.push_back(first_flag(setting));
      if (!names(setting.flags, flag)) return;
      set(setting, flag, words, field);
      found = true;
    });
    check(found, [&] {
      Error error(Fault::usage, "playground: unknown flag");
      error.fact("found", flag);
      const std::string near = nearest_name(flag, known);
      return near.empty() ? error : error.hint("did you mean " + near + "?");
    });
    at += 1 + words.size();
  }
  return request;
}

}  // namespace sand::experiments
