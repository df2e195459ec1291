#include "experiments/explain/explanation.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "experiments/setup/optimization.h"
#include "optim/agreement.h"
#include "tensor/digits.h"
#include "tensor/sum.h"

namespace sand::experiments {
namespace {

bool same_bits(Scalar a, Scalar b) { return std::memcmp(&a, &b, sizeof(Scalar)) == 0; }

/// A method and its result for the whole table.
struct Combined {
  const Algorithm& method;
  std::unique_ptr<optim::Combiner> combiner;
  const optim::Direction& direction;
  std::unique_ptr<optim::Clipping> clipping;
  const optim::Direction& clipped;  // what the optimizer sees

  Combined(const Algorithm& chosen, const Hparams& given, bool allow_closed, const Update& update,
           const std::vector<double>& carried = {})
      : method(chosen),
        combiner(resumed(chosen.make_combiner(given, allow_closed), carried)),
        direction(combiner->combine(update.gradients, update.threads)),
        clipping(update.clip.any() ? std::make_unique<optim::Clipping>(update.clip) : nullptr),
        clipped(clipping ? (*clipping)(direction, update.threads) : direction) {}

 private:
  static std::unique_ptr<optim::Combiner> resumed(std::unique_ptr<optim::Combiner> combiner,
                                                  const std::vector<double>& carried) {
    combiner->resume(carried);
    return combiner;
  }
};

/// Hyper-parameters of ERM or AND-mask: those of the update's method where it has them, else the standard
/// values.
Hparams borrowed(const Algorithm& other, const Update& update) {
  Hparams hparams;
  for (const HparamRule& rule : other.hparams) {
    const auto used = update.hparams.find(rule.name);
    // SAND-mask's tau may exceed 1
    hparams[rule.name] = used == update.hparams.end() ? rule.standard : std::min(used->second, 1.0);
  }
  return hparams;
}

/// The gradients of the chosen weights by each row of each domain: [domain][row][weight]. Uses the network of
/// the step, not a more exact one. So every ReLU opens for the same pixels, and the rows' sum differs from
/// g_e only by the rounding of the engine's sum.
std::vector<std::vector<std::vector<Scalar>>> gradients_by_row(const Update& update,
                                                               const std::vector<WeightPlace>& weights) {
  const Parameters& parameters = update.model.parameters;
  const int workers = update.threads.count();
  Passes passes(update.model.network, parameters, workers);
  std::vector<std::vector<Scalar>> gradient(static_cast<std::size_t>(workers),
                                            std::vector<Scalar>(static_cast<std::size_t>(parameters.size())));
  std::vector<std::vector<std::vector<Scalar>>> found;
  for (const DomainRows& rows : update.batch.domains) {
    found.emplace_back(static_cast<std::size_t>(rows.size()));
    const auto draw = [&](int row) -> Draw {
      return {update.seed, update.batch.step,
              std::span(rows.examples).subspan(static_cast<std::size_t>(row), 1)};
    };
    if (!passes.ready()) {
      passes.dry_run(rows.inputs.view().rows(0, 1), draw(0), gradient[0]);
      passes.prepare(update.threads);
    }
    update.threads.run(static_cast<int>(rows.size()), [&](int row, int worker) {
      Tape& tape = passes.tape(worker);
      std::vector<Scalar>& g = gradient[static_cast<std::size_t>(worker)];
      std::fill(g.begin(), g.end(), Scalar{0});
      const Var outputs = passes.forward(tape, rows.inputs.view().rows(row, 1), draw(row), g);
      if (update.objective.over_domains())
        sand::backward(outputs, update.engine->seeds(static_cast<int>(found.size()) - 1), row, 1);
      else
        tape.backward(update.objective.loss(outputs, rows.targets(row, 1), rows.size()));
      for (const WeightPlace& weight : weights)
        found.back()[static_cast<std::size_t>(row)].push_back(g[static_cast<std::size_t>(weight.column)]);
    });
  }
  return found;
}

/// The gradients of an objective that needs several passes, from the pass at the network's weights alone.
class PassHere {
 public:
  explicit PassHere(const Update& update)
      : engine_(update.model.network, update.model.parameters,
                {.tile_rows = update.model.tile_rows, .seed = update.seed, .threads = update.threads}) {
    if (const SeveralPasses* const several = update.objective.several_passes())
      table_ = &engine_(update.batch, several->base());
  }
  /// Empty for other objectives.
  std::optional<Scalar> gradient(int domain, Index column) const {
    if (table_ == nullptr) return std::nullopt;
    return table_->row(domain)[static_cast<std::size_t>(column)];
  }

 private:
  DomainGradients engine_;
  const GradientTable* table_ = nullptr;
};

std::string name_of(const Objective& objective) {
  if (const DomainObjective* const whole = objective.over_domains()) return whole->name();
  if (const SeveralPasses* const several = objective.several_passes()) return several->name();
  return "";
}

DomainTerms domain_terms(const Update& update, const PassHere& here, std::size_t domain,
                         const std::vector<std::vector<Scalar>>& by_row, std::size_t which,
                         const WeightPlace& weight) {
  const DomainRows& rows = update.batch.domains[domain];
  DomainTerms terms;
  terms.name = domain < update.domain_names.size() ? update.domain_names[domain] : std::to_string(domain);
  terms.loss = update.gradients.losses()[domain];
  terms.gradient = update.gradients.row(static_cast<int>(domain))[static_cast<std::size_t>(weight.column)];
  terms.here = here.gradient(static_cast<int>(domain), weight.column);
  terms.largest = update.gradients.gradient(static_cast<int>(domain), weight.slot).array().abs().maxCoeff();
  std::vector<double> contributions, magnitudes;
  for (std::size_t row = 0; row < by_row.size(); ++row) {
    terms.examples.push_back({static_cast<Index>(row), rows.examples[row],
                              rows.labels.empty() ? -1 : rows.labels[row], by_row[row][which]});
    if (const TensorView values = rows.targets(static_cast<Index>(row), 1).values)
      terms.examples.back().targets.assign(values.numbers().begin(), values.numbers().end());
    contributions.push_back(by_row[row][which]);
    magnitudes.push_back(std::fabs(contributions.back()));
  }
  terms.sum = sum(std::span<const double>(contributions));
  terms.magnitudes = sum(std::span<const double>(magnitudes));
  return terms;
}

/// The method's values for the weight. Throws Error(internal) unless the result equals the engine's bit for
/// bit.
MaskTerms mask_terms(const Combined& combined, const GradientTable& g, const WeightPlace& weight) {
  const optim::Terms terms = combined.combiner->explain(g, weight.column);
  const optim::Direction& made = combined.direction;
  MaskTerms explained{combined.method.name, terms, std::nullopt, terms.scalar("direction")};
  if (made.has_mask()) explained.mask = terms.scalar("mask");
  const Scalar mask = made.has_mask() ? made.mask[weight.column] : Scalar{1},
               direction = made.values[weight.column];
  check(same_bits(explained.mask.value_or(1), mask) && same_bits(explained.direction, direction), [&] {
    return Error(Fault::internal, "explanation: " + weight.name + " under " + explained.method +
                                      " is not what the engine computed")
        .fact("mask, engine", exact(mask))
        .fact("mask, explanation", exact(explained.mask.value_or(1)))
        .fact("direction, engine", exact(direction))
        .fact("direction, explanation", exact(explained.direction));
  });
  explained.weights.assign(made.weights.begin(), made.weights.end());
  explained.gram.assign(made.gram.data(), made.gram.data() + made.gram.size());
  return explained;
}

OptimizerTerms optimizer_terms(const Update& update, const Combined& combined, const MaskTerms& mask,
                               Index column) {
  const Scalar weight = update.model.parameters.numbers()[static_cast<std::size_t>(column)];
  const optim::Terms terms =
      update.optimizer.explain(column, weight, combined.clipped.values[column], mask.mask);
  return {update.optimizer.name(), update.optimizer.key(), terms, terms.scalar("after")};
}

}  // namespace

Update update_of(const UpdateLoop& loop, const std::vector<std::string>& names, const Threads& threads) {
  const Settings& settings = loop.settings();
  return {.model = loop.model(),
          .objective = loop.objective(),
          .batch = loop.batch(),
          .gradients = loop.gradients(),
          .method = algorithm(settings),
          .hparams = settings.hparams,
          .allow_closed = settings.allow_closed,
          .clip = clip_options(settings),
          .engine = &loop.engine(),
          .carried = loop.carried_before(),
          .optimizer = loop.optimizer(),
          .seed = static_cast<std::uint64_t>(settings.seed),
          .domain_names = names,
          .threads = threads};
}

void WeightExplanation::must_match(Scalar made) const {
  check(same_bits(made, optimizer.after), [&] {
    return Error(Fault::internal,
                 "explanation: the new value of " + weight + " is not what the engine computed")
        .fact("engine", exact(made))
        .fact("explanation", exact(optimizer.after));
  });
}

std::vector<WeightExplanation> explain(const Update& update, const std::vector<WeightPlace>& weights) {
  const GradientTable& g = update.gradients;
  const Combined chosen(update.method, update.hparams, update.allow_closed, update, update.carried);
  std::vector<std::unique_ptr<Combined>> others;
  for (const char* name : {"ERM", "ANDMask"}) {
    const Algorithm& other = algorithm(name);
    if (other.name != std::string(update.method.name) && g.domains() >= other.fewest_domains())
      others.push_back(std::make_unique<Combined>(other, borrowed(other, update), false, update));
  }
  const auto by_row = gradients_by_row(update, weights);
  const PassHere here(update);

  std::vector<WeightExplanation> explanations;
  for (std::size_t which = 0; which < weights.size(); ++which) {
    const WeightPlace& weight = weights[which];
    const Index column = weight.column;
    optim::Agreement agreement(g, column, 1);
    agreement.measure_variance();
    std::vector<DomainTerms> domains;
    for (std::size_t e = 0; e < by_row.size(); ++e)
      domains.push_back(domain_terms(update, here, e, by_row[e], which, weight));
    const auto count = [&](auto sign) {
      return static_cast<int>(std::count_if(domains.begin(), domains.end(),
                                            [&](const DomainTerms& d) { return sign(d.gradient); }));
    };
    const int n_plus = count([](Scalar x) { return x > 0; }), n_minus = count([](Scalar x) { return x < 0; });
    const MaskTerms mask = mask_terms(chosen, g, weight);
    explanations.push_back(
        {weight.name,
         weight.slot.shape.size(),
         update.batch.step,
         name_of(update.objective),
         std::move(domains),
         n_plus,
         n_minus,
         agreement.agreement(0),
         agreement.mean(0),
         agreement.variance(0),
         mask,
         chosen.clipping ? std::optional(chosen.clipping->explain(mask.direction)) : std::nullopt,
         optimizer_terms(update, chosen, mask, column),
         {}});
    for (const auto& other : others) {
      const MaskTerms theirs = mask_terms(*other, g, weight);
      explanations.back().others.push_back({theirs, optimizer_terms(update, *other, theirs, column).after});
    }
  }
  return explanations;
}

}  // namespace sand::experiments
