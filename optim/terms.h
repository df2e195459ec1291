// The numbers that led a method to the direction of one weight.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "tensor/scalar.h"

namespace sand::optim {

/// A number of an explanation.
struct Term {
  std::string key;      ///< in JSON: "mask_mean"; "" if the term is only in the text
  std::string symbol;   ///< in text: "mean m"; "" if the term is only in JSON
  double value;         ///< of the term
  std::string formula;  ///< how to compute it from earlier terms
  /// A double, a number with the precision of a weight, a setting of the user, a whole number; only in JSON:
  /// a flag, a word.
  enum class Kind { number, scalar, setting, whole, flag, word };
  Kind kind = Kind::number;  ///< of the value
  std::string word = {};     ///< of a term that is a word
};

/// Terms in the order in which they were computed. Those of a combiner end with "direction"; "mask" (m,
/// before any rescale) is among them if the method has a mask.
class Terms {
 public:
  /// Adds a setting of the user.
  void setting(const char* name, double value) {
    terms_.push_back({name, name, value, "a setting", Term::Kind::setting});
  }
  /// Adds a setting with a name of its own in JSON.
  void setting(const char* key, const char* symbol, double value, std::string meaning = "a setting") {
    terms_.push_back({key, symbol, value, std::move(meaning), Term::Kind::setting});
  }
  /// Adds a whole number.
  void whole(const char* key, const char* symbol, std::int64_t value, std::string meaning) {
    terms_.push_back({key, symbol, static_cast<double>(value), std::move(meaning), Term::Kind::whole});
  }
  /// Adds a flag, for JSON only.
  void flag(const char* key, bool value) {
    terms_.push_back({key, "", value ? 1.0 : 0.0, "", Term::Kind::flag});
  }
  /// Adds a word, for JSON only.
  void word(const char* key, std::string value) {
    terms_.push_back({key, "", 0, "", Term::Kind::word, std::move(value)});
  }
  /// Adds a double.
  void add(const char* key, const std::string& symbol, double value, std::string formula) {
    terms_.push_back({key, symbol, value, std::move(formula), Term::Kind::number});
  }
  /// The same for a number with the precision of a weight.
  void add_scalar(const char* key, const char* symbol, Scalar value, std::string formula) {
    terms_.push_back({key, symbol, static_cast<double>(value), std::move(formula), Term::Kind::scalar});
  }

  /// In the order of the computation.
  std::vector<Term>::const_iterator begin() const { return terms_.begin(); }
  std::vector<Term>::const_iterator end() const { return terms_.end(); }  ///< after the last term
  /// The term with this key, or null.
  const Term* find(const std::string& key) const;
  Scalar scalar(const std::string& key) const;  ///< the term must exist

 private:
  std::vector<Term> terms_;
};

}  // namespace sand::optim
