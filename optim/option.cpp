#include "optim/option.h"

#include <cmath>

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

int Option::whole(int low, int high) const {
  must(value >= low && value <= high && value == std::floor(value),
       "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return static_cast<int>(value);
}

void check_domains(const char* method, int fewest, int found) {
  check(found >= fewest, [&] {
    Error error(Fault::usage,
                std::string(method) + ": fewer than " + std::to_string(fewest) + " training domains");
    error.fact("found", std::to_string(found));
    if (found == 1)
      error.hint("one domain always agrees with itself: without a second one there is nothing to compare");
    return error;
  });
}

void check_one_each(const char* method, const char* name, const std::vector<double>& list, int domains) {
  check(list.empty() || static_cast<int>(list.size()) == domains, [&] {
    return Error(Fault::usage, std::string(method) + ": " + name + " needs one number for each domain")
        .fact("domains", std::to_string(domains))
        .fact("found", std::to_string(list.size()) + " numbers");
  });
}

std::string least_agreement(int domains) {
  return domains % 2 == 1 ? "an odd number of signs is never a tie, so s >= 1/" + std::to_string(domains) +
                                " wherever no gradient is 0; "
                          : "every s is at least tau; ";
}

}  // namespace sand::optim
