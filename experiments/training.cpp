#include "experiments/training.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "experiments/algorithms.h"
#include "experiments/seed_hash.h"
#include "nn/objectives.h"
#include "optim/adam.h"
#include "optim/learning_rate.h"
#include "tensor/fingerprint.h"
#include "tensor/sum.h"

namespace sand::experiments {
namespace {

using Clock = std::chrono::steady_clock;

std::unique_ptr<Objective> objective_of(const Protocol& protocol) {
  if (protocol.one_output) return std::make_unique<nn::BinaryCrossEntropy>();
  return std::make_unique<nn::CrossEntropy>();
}

/// DomainBed's two parts of every domain.
std::vector<domains::Split> splits_of(const domains::DataSet& data, double holdout_fraction, std::int64_t trial_seed) {
  std::vector<domains::Split> splits;
  for (std::size_t env = 0; env < data.domains.size(); ++env)
    splits.push_back(domains::split(data.domains[env], holdout_fraction, seed_hash(trial_seed, static_cast<std::int64_t>(env))));
  return splits;
}

/// The first `count` examples of a part, which its shuffle put in random order; 0 means all.
domains::Part first_of(domains::Part part, int count) {
  if (count > 0 && part.examples.size() > static_cast<std::size_t>(count)) part.examples.resize(static_cast<std::size_t>(count));
  return part;
}

/// Watches for runs that cannot learn: whatever they score, they score by chance.
class Learning {
 public:
  explicit Learning(const Parameters& parameters) : first_(parameters.numbers().begin(), parameters.numbers().end()) {}

  void see(const optim::Direction& direction) { moved_ = moved_ || (direction.values.array() != Scalar{0}).any(); }

  std::optional<std::string> never(const Parameters& parameters) const {
    if (!moved_) return "the direction was zero in every step: the mask never opened for any weight";
    if (std::equal(first_.begin(), first_.end(), parameters.numbers().begin())) return "no weight differs from its initial value";
    return std::nullopt;
  }

 private:
  std::vector<Scalar> first_;
  bool moved_ = false;
};

}  // namespace

void check_finite(TensorView numbers, const std::string& what) {
  // A sum in double is finite only if every term is, and of finite floats it cannot overflow.
  const auto broken = [](Scalar number) { return !std::isfinite(number); };
  check(std::isfinite(sum(numbers.numbers())) || std::none_of(numbers.numbers().begin(), numbers.numbers().end(), broken), [&] {
    return Error(Fault::non_finite, what + " is not finite").hint("a lower learning rate often helps: --hparams '{\"lr\": ...}'");
  });
}

std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data) {
  const Index outputs = settings.protocol.one_output ? 1 : data.classes;
  const std::uint64_t seed = static_cast<std::uint64_t>(settings.seed);
  if (settings.model != "MLP")
    return make_cnn({.name = settings.model,
                     .image = data.example,
                     .outputs = outputs,
                     .activation = settings.protocol.activation,
                     .initializer = settings.protocol.initializer,
                     .convolution = settings.convolution},
                    seed);
  const auto whole = [&](const char* name) { return static_cast<Index>(settings.hparams.at(name)); };
  nn::MlpOptions options{.inputs = data.example.size(),
                         .hidden = std::vector<Index>(static_cast<std::size_t>(whole("mlp_depth")), whole("mlp_width")),
                         .outputs = outputs,
                         .activation = settings.protocol.activation,
                         .dropout = settings.hparams.at("mlp_dropout"),
                         .initializer = settings.protocol.initializer};
  return make_mlp(options, data.example, seed);
}

Outcome train(const Settings& settings, const domains::DataSet& data, const Threads& threads, const TrainingEvents& events) {
  const Protocol& protocol = settings.protocol;
  const Algorithm& method = algorithm(settings.algorithm);
  const std::unique_ptr<optim::Combiner> combiner = method.make(settings.hparams, settings.allow_closed);
  const std::unique_ptr<Objective> objective = objective_of(protocol);
  check(!protocol.one_output || data.classes == 2, [&] { return Error(Fault::usage, "train: this protocol is for two classes"); });

  Outcome outcome;
  outcome.training = training_domains(settings, static_cast<int>(data.domains.size()), settings.allow_closed ? 1 : method.fewest_domains);
  const std::vector<domains::Split> splits = splits_of(data, protocol.holdout_fraction, settings.trial_seed);
  std::vector<domains::Part> parts;
  for (const int env : outcome.training) parts.push_back(splits[static_cast<std::size_t>(env)].in);

  const std::uint64_t seed = static_cast<std::uint64_t>(settings.seed);
  const auto augmentation = settings.hparams.find("data_augmentation");
  domains::Sampler sampler(parts, {.rows = static_cast<int>(settings.hparams.at("batch_size")),
                                   .seed = seed,
                                   .order = protocol.order,
                                   .augment = augmentation != settings.hparams.end() && augmentation->second != 0});
  outcome.model = initial_model(settings, data);
  Parameters& parameters = outcome.model->parameters;
  DomainGradients engine(outcome.model->network, parameters, {.tile_rows = outcome.model->tile_rows, .seed = seed, .threads = threads});
  Evaluation evaluate(*outcome.model, threads);
  optim::Adam adam(parameters, {.learning_rate = settings.hparams.at("lr"),
                                .weight_decay = settings.hparams.at("weight_decay"),
                                .decay = settings.decoupled_decay ? optim::WeightDecay::decoupled : optim::WeightDecay::coupled,
                                .mask_update = settings.mask_update});
  const optim::StepDecay rate{adam.options.learning_rate, std::lround(protocol.decay_at * protocol.steps), protocol.decay_factor};

  Learning learning(parameters);
  std::vector<Scalar> before;  // weights before a recorded step, for the mask report
  double loss_sum = 0;
  int steps_since_record = 0;
  Clock::duration time_since_record{};
  for (int step = 0; step < protocol.steps && !outcome.interrupted; ++step) {
    const bool record = step % protocol.record_every == 0 || step == protocol.steps - 1;
    if (record) before.assign(parameters.numbers().begin(), parameters.numbers().end());

    const Clock::time_point start = Clock::now();
    adam.options.learning_rate = rate(step);
    const GradientTable& g = engine(sampler.draw(static_cast<std::uint32_t>(step)), *objective);
    const optim::Direction& direction = combiner->combine(g, threads);
    check_finite(direction.values, "step " + std::to_string(step) + ": the direction");
    adam.step(parameters, direction, threads);
    time_since_record += Clock::now() - start;

    const double loss = sum(std::span<const double>(g.losses())) / g.domains();
    loss_sum += loss;
    ++steps_since_record;
    ++outcome.steps;
    learning.see(direction);
    if (events.step) events.step(step, loss);
    outcome.interrupted = events.stop && events.stop();
    if (!record && !outcome.interrupted) continue;

    Record& last = outcome.last;
    last = {};
    last.step = step;
    last.epoch = static_cast<double>(step) / sampler.steps_per_epoch();
    last.step_seconds = std::chrono::duration<double>(time_since_record).count() / steps_since_record;
    last.loss = loss_sum / steps_since_record;
    const bool at_end = step == protocol.steps - 1 || outcome.interrupted;
    const bool evaluated = at_end || step % settings.evaluation.every == 0;
    for (std::size_t env = 0; env < splits.size(); ++env) {
      const bool trained = std::find(outcome.training.begin(), outcome.training.end(), static_cast<int>(env)) != outcome.training.end();
      const bool wanted = evaluated && (trained || at_end || !settings.evaluation.test_at_end);
      for (const auto& [part, scores] : {std::pair{&splits[env].in, &last.in}, {&splits[env].out, &last.out}})
        scores->push_back(wanted ? evaluate(first_of(*part, settings.evaluation.examples), *objective) : Score{});
    }
    if (record) last.masks.emplace(g, direction, before, parameters.numbers());
    if (events.record) events.record(last);
    loss_sum = 0;
    steps_since_record = 0;
    time_since_record = {};
  }
  outcome.never_learned = learning.never(parameters);
  outcome.fingerprint = Fingerprint().add(std::span<const Scalar>(parameters.numbers())).text();
  return outcome;
}

}  // namespace sand::experiments
