#include "experiments/setup/combination.h"

#include <algorithm>
#include <cmath>

#include "tensor/digits.h"

namespace sand::experiments {
namespace {

Error broken_table(const std::string& rule, const std::string& file) {
  Error error(Fault::data, "combine: " + rule);
  return file.empty() ? error : error.fact("file", file);
}

}  // namespace

void check_table_shape(const std::vector<Index>& shape, const std::string& found, const std::string& file) {
  constexpr Index kMostDomains = 4096;
  check(shape.size() == 2, [&] {
    return broken_table("a table has two axes", file)
        .fact("expected", "[domains, columns]")
        .fact("found", found)
        .hint("in Python: ARRAY.reshape(DOMAINS, -1)");
  });
  const Index domains = shape[0], columns = shape[1];
  check(domains > 0 && columns > 0 && domains <= kMostDomains, [&] {
    return broken_table(columns == 0   ? "the table has no column"
                        : domains == 0 ? "the table has no domain"
                                       : "a table has at most 4096 domains",
                        file)
        .fact("found", found);
  });
}

void check_gradients(const GradientTable& table, const std::string& file) {
  for (int domain = 0; domain < table.domains(); ++domain)
    for (Index j = 0; j < table.columns(); ++j) {
      const Scalar gradient = table.row(domain)[static_cast<std::size_t>(j)];
      check(std::isfinite(gradient), [&] {
        return broken_table("the table has a gradient that is not finite", file)
            .fact("domain", std::to_string(domain))
            .fact("column", std::to_string(j))
            .fact("found", exact(gradient));
      });
    }
}

void set_losses(GradientTable& table, const std::vector<Index>& shape, std::span<const double> losses,
                const std::string& found, const std::string& file) {
  check(shape == std::vector<Index>{table.domains()}, [&] {
    return broken_table("the losses need one number for every domain", file)
        .fact("expected", "[" + std::to_string(table.domains()) + "]")
        .fact("found", found);
  });
  for (std::size_t domain = 0; domain < losses.size(); ++domain)
    check(std::isfinite(losses[domain]), [&] {
      return broken_table("a loss is not finite", file)
          .fact("domain", std::to_string(domain))
          .fact("found", exact(losses[domain]));
    });
  std::copy(losses.begin(), losses.end(), table.losses().begin());
}

void check_has_losses(const optim::CombinerCard& method, bool given, const std::string& hint) {
  check(given || method.sees != std::string("losses"), [&] {
    return Error(Fault::usage, std::string("combine: ") + method.name + " needs the domains' losses")
        .hint(hint);
  });
}

void check_combined(const optim::CombinerCard& method, const optim::Direction& direction) {
  check(direction.gram.array().isFinite().all(), [&] {
    return Error(Fault::non_finite,
                 std::string("combine: ") + method.name +
                     ": products of the gradients overflow, while all gradients are finite")
        .hint("scale the table down");
  });
  check(direction.finite, [&] {
    Index j = 0;
    while (std::isfinite(direction.values[j])) ++j;
    return Error(Fault::non_finite, std::string("combine: ") + method.name +
                                        ": the direction is not finite, while all gradients are")
        .fact("column", std::to_string(j))
        .fact("found", exact(direction.values[j]));
  });
}

}  // namespace sand::experiments
