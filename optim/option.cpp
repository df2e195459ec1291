#include "optim/option.h"

#include "tensor/digits.h"
#include "tensor/error.h"

namespace sand::optim {

const Option& Option::must(bool ok, std::string_view rule, std::string_view hint) const {
  check(ok, [&] {
    Error error(Fault::usage, std::string(method) + ": " + name + " must be " + std::string(rule));
    error.fact("found", shortest(value));
    if (!hint.empty()) error.hint(hint);
    return error;
  });
  return *this;
}

std::string least_agreement(int domains) {
  return domains % 2 == 1 ? "an odd number of signs is never a tie, so s >= 1/" + std::to_string(domains) +
                                " wherever no gradient is 0; "
                          : "every s is at least tau; ";
}

}  // namespace sand::optim
