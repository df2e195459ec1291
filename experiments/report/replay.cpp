#include "experiments/report/replay.h"

#include <algorithm>
#include <cmath>

#include "experiments/machine/progress.h"
#include "experiments/report/chart.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kMeasured = 12;

double dot_product(std::span<const Scalar> a, std::span<const Scalar> b) {
  double sum = 0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += static_cast<double>(a[j]) * static_cast<double>(b[j]);
  return sum;
}

/// [E, E]; the diagonal is 1.
std::vector<double> cosines_of(const GradientTable& table, int domains, const Threads& threads) {
  const auto count = static_cast<std::size_t>(domains);
  std::vector<double> products(count * count);
  threads.run(domains, [&](int a, int) {
    for (int b = 0; b <= a; ++b)
      products[static_cast<std::size_t>(a * domains + b)] = dot_product(table.row(a), table.row(b));
  });
  std::vector<double> cosines(count * count);
  for (std::size_t a = 0; a < count; ++a)
    for (std::size_t b = 0; b <= a; ++b) {
      const double lengths = std::sqrt(products[a * count + a]) * std::sqrt(products[b * count + b]);
      const double cosine = lengths > 0 ? std::clamp(products[a * count + b] / lengths, -1.0, 1.0)
                                        : std::numeric_limits<double>::quiet_NaN();
      cosines[a * count + b] = cosines[b * count + a] = cosine;
    }
  return cosines;
}

MeasuredStep measured(const UpdateLoop& loop, const Threads& threads) {
  MeasuredStep step{.updates = loop.step(),
                    .domains = std::min(loop.gradients().domains(), kMostCosines),
                    .cosines = {},
                    .weights = {},
                    .mask = {},
                    .agreement = {}};
  step.cosines = cosines_of(loop.gradients(), step.domains, threads);
  const Parameters& parameters = loop.model().parameters;
  if (const Slot* const slot = first_layer(parameters)) {
    LayerExplanation layer(loop.gradients(), loop.direction(), *slot);
    const std::span<const Scalar> numbers = parameters[*slot].numbers();
    step.weights.assign(numbers.begin(), numbers.end());
    if (loop.direction().has_mask()) step.mask = std::move(layer.mask);
    step.agreement = std::move(layer.agreement);
  }
  return step;
}

/// Of dense layers, in all updates; a convolution has more, so it counts as large.
bool is_small(const UpdateLoop& loop, int updates) {
  constexpr double kMost = 3e10;
  double rows = 0;
  for (const DomainRows& domain : loop.batch().domains) rows += static_cast<double>(domain.size());
  const Slot* const slot = first_layer(loop.model().parameters);
  return slot != nullptr && slot->shape.rank() == 2 &&
         6 * rows * static_cast<double>(loop.model().parameters.size()) * updates <= kMost;
}

}  // namespace

const Slot* first_layer(const Parameters& parameters) {
  for (const Slot& slot : parameters.slots())
    if (slot.shape.rank() >= 2 && slot.shape.size() > 0) return &slot;
  return nullptr;
}

int go_to_end(Training& run, const Checkpoints& checkpoints, std::vector<std::string>& notes) {
  const std::vector<int> kept = checkpoints.steps();
  for (auto at = kept.rbegin(); at != kept.rend(); ++at) try {
      run.restore(checkpoints.read(*at).state);
      return *at + 1;
    } catch (const Error& error) {
      notes.push_back(std::string("skipped a checkpoint: ") + error.what());
    }
  return 0;
}

std::vector<MeasuredStep> replay(Training& run, const Checkpoints& checkpoints, const ReplayOptions& options,
                                 const Threads& threads) {
  std::vector<MeasuredStep> steps;
  const auto measure = [&] { run.update([&] { steps.push_back(measured(run.loop(), threads)); }); };
  const std::vector<int> kept = checkpoints.steps();
  const int end = kept.empty() ? 0 : std::min(kept.back() + 1, run.loop().settings().steps);
  measure();
  if (end > 1 && (options.whole || is_small(run.loop(), end))) {
    Progress progress("replay", end);
    for (const std::size_t target : evenly(static_cast<std::size_t>(end), kMeasured)) {
      if (target == 0) continue;
      for (; run.step() < static_cast<int>(target); progress.at(run.step())) run.update();
      measure();
    }
    progress.clear();
  } else {
    for (const int step : kept) try {
        run.restore(checkpoints.read(step).state);
        measure();
      } catch (const Error& error) {
        if (error.fault() != Fault::data) throw;  // the note is go_to_end's
      }
  }
  return steps;
}

}  // namespace sand::experiments
