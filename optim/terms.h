// How a method came to the direction of one weight, number by number.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "tensor/scalar.h"

namespace sand::optim {

struct Term {
  std::string key;     ///< in JSON: "mask_mean"; "" for a term of the text alone
  std::string symbol;  ///< in text: "mean m"; "" for a term of JSON alone
  double value;
  std::string formula;  ///< what gives it from the terms before
  enum class Kind {
    number,
    scalar,
    setting
  } kind = Kind::number;  ///< a double, one of a weight's precision, what a user has set
};

/// Terms in the order in which they were computed. Those of every method end with "mask" (m, before any
/// rescale) and "direction".
class Terms {
 public:
  void setting(const char* name, double value) {
    terms_.push_back({name, name, value, "a setting", Term::Kind::setting});
  }
  void add(const char* key, const char* symbol, double value, std::string formula) {
    terms_.push_back({key, symbol, value, std::move(formula), Term::Kind::number});
  }
  /// The same of a number that has the precision of a weight.
  void add_scalar(const char* key, const char* symbol, Scalar value, std::string formula) {
    terms_.push_back({key, symbol, static_cast<double>(value), std::move(formula), Term::Kind::scalar});
  }

  std::vector<Term>::const_iterator begin() const { return terms_.begin(); }
  std::vector<Term>::const_iterator end() const { return terms_.end(); }
  /// The term with this key, or null.
  const Term* find(const std::string& key) const;
  Scalar scalar(const std::string& key) const;  ///< of a term that is there

 private:
  std::vector<Term> terms_;
};

}  // namespace sand::optim
