#include "optim/terms.h"

#include <algorithm>

namespace sand::optim {

const Term* Terms::find(const std::string& key) const {
  const auto found =
      std::find_if(terms_.begin(), terms_.end(), [&](const Term& term) { return term.key == key; });
  return found != terms_.end() ? &*found : nullptr;
}

Scalar Terms::scalar(const std::string& key) const { return static_cast<Scalar>(find(key)->value); }

}  // namespace sand::optim
