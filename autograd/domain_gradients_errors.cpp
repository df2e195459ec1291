// What the engine refuses: tiles that do not add up, and numbers that are not finite, named by step, domain
// and op.
#include <algorithm>
#include <cmath>

#include "autograd/domain_gradients.h"
#include "autograd/tile.h"
#include "tensor/finite.h"

namespace sand {
namespace {

std::string called(const Tape::Entry& entry) {
  return std::string(entry.doc.name) + (entry.slot ? " " + entry.slot->name : "") + " " + entry.shape.text();
}

Error not_finite(std::uint32_t step, const char* what, int domain) {
  return Error(Fault::non_finite, "step " + std::to_string(step) + ": the " + what + " of domain " +
                                      std::to_string(domain) + " is not finite");
}

/// Adds the entry at fault, its inputs and its output to the error.
Error blaming(Error error, const Tape& tape, int culprit, bool backward) {
  const Tape::Entry op = tape.entry(culprit);
  error.fact("first at", called(op) + (backward ? ", backward" : ", forward"))
      .fact("formula", backward ? op.doc.backward : op.doc.forward);
  if (backward) error.fact("dy", range_text(op.gradient.numbers()));
  for (int k = 0; k < op.arity; ++k) {
    const Tape::Entry input = tape.entry(op.inputs[static_cast<std::size_t>(k)]);
    error.fact("input", called(input) + ": " + range_text(input.value.numbers()));
    if (backward && !all_finite(input.gradient.numbers()))
      error.fact("dx", range_text(input.gradient.numbers()));
  }
  if (!backward) error.fact("gives", range_text(op.value.numbers()));
  return error.at(op.here).hint(op.arity == 0 && op.slot == nullptr ? "the data has a NaN or an infinity"
                                                                    : "a lower learning rate often helps");
}

}  // namespace

/// Two rows must have the same loss in one tile as in two tiles: a user's objective may forget that tiles are
/// added. Every tile rounds a row alike, so rounding errors are far below the tolerance of 1 %, while a mean
/// instead of a sum gives an error of half the loss.
void DomainGradients::check_tiling(const Batch& batch, const Objective& objective) const {
  const auto two_rows = [](const DomainRows& rows) { return rows.size() >= 2; };
  const auto domain = std::find_if(batch.domains.begin(), batch.domains.end(), two_rows);
  if (domain == batch.domains.end()) return;
  const auto loss = [&](Index first, Index rows) {
    Tape tape;
    const Tile tile{*domain, first, rows, batch.step};
    return static_cast<double>(
        tile.loss(passes_.forward(tape, tile.inputs(), tile.draw(options_.seed)), objective).value()[0]);
  };
  const double together = loss(0, 2), first = loss(0, 1), second = loss(1, 1);
  // not finite if a loss is not; the step itself reports that
  const double difference = std::fabs(together - (first + second));
  check(!std::isfinite(difference) || difference <= 0.01 * (std::fabs(first) + std::fabs(second)), [&] {
    return Error(Fault::usage,
                 "domain gradients: the loss of two rows in one tile must be the sum of their losses in two")
        .fact("rows 0 and 1", std::to_string(together))
        .fact("row 0", std::to_string(first))
        .fact("row 1", std::to_string(second))
        .hint(
            "losses of tiles are added: sum the loss over the rows and scale it by 1 / rows_in_domain, as "
            "CrossEntropy does");
  });
}

void DomainGradients::check_every_op(const Batch& batch, const Objective& objective) const {
  Tape tape;
  std::vector<Scalar> row(static_cast<std::size_t>(parameters_.size()));
  for (const Shard& shard : shards_) {
    std::fill(row.begin(), row.end(), Scalar{0});
    const Index end = shard.first + shard.rows;
    for (Index first = shard.first; first < end; first += options_.tile_rows) {
      const Tile tile{batch.domains[static_cast<std::size_t>(shard.domain)], first,
                      std::min(options_.tile_rows, end - first), batch.step};
      tape.start(parameters_, row);  // without a plan, so that every value is kept
      const Var loss =
          tile.loss(passes_.network()(tape.constant(tile.inputs()), tile.draw(options_.seed)), objective);
      if (!std::isfinite(loss.value()[0]))
        throw blaming(not_finite(batch.step, "loss", shard.domain), tape, tape.first_non_finite(), false);
      const int backward = tape.checked_backward(loss);
      if (backward < 0)
        continue;  // also if a value was not finite and left no trace, such as -inf before a relu
      const int value = tape.first_non_finite();
      throw blaming(not_finite(batch.step, "gradient", shard.domain), tape, value < 0 ? backward : value,
                    value < 0);
    }
  }
  if (const DomainObjective* const whole = objective.over_domains()) check_objective(batch.step, *whole);
  for (int domain = 0; domain < table_->domains(); ++domain) {
    const char* const sum = objective.several_passes()
                                ? "a pass at weights that the objective tried; the network's are finite"
                                : "a sum over the shards of the domain, each of which is finite";
    check(std::isfinite(table_->losses()[static_cast<std::size_t>(domain)]),
          [&] { return not_finite(batch.step, "loss", domain).fact("first at", sum); });
    check(all_finite(table_->row(domain)), [&] {
      return not_finite(batch.step, "gradient", domain)
          .fact("first at", sum)
          .fact("range", range_text(table_->row(domain)));
    });
  }
}

/// The rows of the batch are finite on their own: finds the first number of the objective over domains that
/// is not.
void DomainGradients::check_objective(std::uint32_t step, const DomainObjective& objective) const {
  const Error error(Fault::non_finite, "step " + std::to_string(step) + ": the objective " +
                                           objective.name() + " is not finite");
  const int culprit = phases_.tape().first_non_finite();
  if (culprit >= 0) throw blaming(error, phases_.tape(), culprit, false);
  for (int domain = 0; domain < table_->domains(); ++domain)
    for (const auto& [of, seed] : {std::pair{"outputs", &phases_.seeds(domain).outputs},
                                   {"features", &phases_.seeds(domain).features}})
      check(all_finite(seed->view().numbers()), [&, of = of, seed = seed] {
        Error found = error;
        return found
            .fact("first at",
                  "its gradient by the " + std::string(of) + " of domain " + std::to_string(domain))
            .fact("range", range_text(seed->view().numbers()));
      });
}

}  // namespace sand
