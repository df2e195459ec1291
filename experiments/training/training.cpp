#include "experiments/training/training.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "experiments/machine/sha256.h"
#include "experiments/setup/algorithms.h"
#include "experiments/setup/seed_hash.h"
#include "experiments/training/parameter_file.h"
#include "experiments/training/watch.h"
#include "nn/objective_card.h"
#include "tensor/fingerprint.h"
#include "tensor/finite.h"
#include "tensor/sum.h"

namespace sand::experiments {
namespace {

const nn::ObjectiveCard& objective_of(const Settings& settings) { return nn::objective_named(settings.protocol.objective); }

int fewest_domains(const Settings& settings) {
  const int fewest = settings.allow_closed ? 1 : algorithm(settings.algorithm).fewest_domains;
  return std::max(fewest, objective_of(settings).fewest_domains);
}

/// DomainBed's two parts of every domain.
std::vector<domains::Split> splits_of(const domains::DataSet& data, double holdout_fraction, std::int64_t trial_seed) {
  std::vector<domains::Split> splits;
  for (std::size_t domain = 0; domain < data.domains.size(); ++domain)
    splits.push_back(domains::split(data.domains[domain], holdout_fraction, seed_hash(trial_seed, static_cast<std::int64_t>(domain))));
  return splits;
}

/// The first `count` examples of a part, which its shuffle put in random order; 0 means all.
domains::Part first_of(domains::Part part, int count) {
  if (count > 0 && part.examples.size() > static_cast<std::size_t>(count)) part.examples.resize(static_cast<std::size_t>(count));
  return part;
}

std::vector<domains::Part> parts_to_train_on(const std::vector<domains::Split>& splits, const std::vector<int>& training) {
  std::vector<domains::Part> parts;
  for (const int domain : training) parts.push_back(splits[static_cast<std::size_t>(domain)].in);
  return parts;
}

domains::SamplerOptions sampler_options(const Settings& settings) {
  const auto augmentation = settings.hparams.find("data_augmentation");
  return {.rows = static_cast<int>(settings.hparams.at("batch_size")),
          .seed = static_cast<std::uint64_t>(settings.seed),
          .order = settings.protocol.order,
          .augment = augmentation != settings.hparams.end() && augmentation->second != 0};
}

optim::AdamOptions adam_options(const Settings& settings) {
  return {.learning_rate = settings.hparams.at("lr"),
          .weight_decay = settings.hparams.at("weight_decay"),
          .decay = settings.decoupled_decay ? optim::WeightDecay::decoupled : optim::WeightDecay::coupled,
          .mask_update = settings.mask_update};
}

std::vector<Scalar> copy(std::span<const Scalar> numbers) { return {numbers.begin(), numbers.end()}; }

std::unique_ptr<Model> drawn_model(const Settings& settings, const domains::DataSet& data) {
  const nn::ObjectiveCard& objective = objective_of(settings);
  const Index outputs = objective.outputs(data.classes);
  check(outputs > 0, [&] {
    return Error(Fault::usage, "train: the loss of this protocol is not for these classes")
        .fact("loss", std::string(objective.name) + ": " + objective.about)
        .fact("classes", std::to_string(data.classes))
        .hint("--protocol domainbed takes any number of classes");
  });
  const std::uint64_t seed = static_cast<std::uint64_t>(settings.seed);
  if (settings.model != "MLP")
    return make_cnn({.name = settings.model,
                     .image = data.example,
                     .outputs = outputs,
                     .activation = settings.protocol.activation,
                     .initializer = settings.protocol.initializer,
                     .convolution = convolution_named(settings.convolution)},
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

}  // namespace

std::unique_ptr<Model> initial_model(const Settings& settings, const domains::DataSet& data) {
  std::unique_ptr<Model> model = drawn_model(settings, data);
  if (settings.init_from.empty()) return model;
  const std::string found = sha256_of_file(settings.init_from);
  check(found == settings.init_sha256, [&] {
    return Error(Fault::data, "init-from: this is not the file that the run started from")
        .fact("file", settings.init_from)
        .fact("expected", "SHA-256 " + settings.init_sha256)
        .fact("found", "SHA-256 " + found);
  });
  load_weights(settings.init_from, model->parameters);
  return model;
}

Training::Training(const Settings& settings, const domains::DataSet& data, const Threads& threads)
    : settings_(settings),
      data_(data),
      threads_(threads),
      training_(experiments::training_domains(settings, static_cast<int>(data.domains.size()), fewest_domains(settings))),
      splits_(splits_of(data, settings.holdout_fraction, settings.trial_seed)),
      combiner_(algorithm(settings.algorithm).make(settings.hparams, settings.allow_closed)),
      objective_(objective_of(settings).make(settings.hparams)),
      model_(initial_model(settings, data)),
      first_(copy(model_->parameters.numbers())),
      sampler_(parts_to_train_on(splits_, training_), sampler_options(settings)),
      engine_(model_->network, model_->parameters,
              {.tile_rows = model_->tile_rows, .seed = static_cast<std::uint64_t>(settings.seed), .threads = threads}),
      evaluation_(*model_, threads),
      adam_(model_->parameters, adam_options(settings)),
      rate_{adam_.options.learning_rate, std::lround(settings.protocol.decay_at * settings.steps), settings.protocol.decay_factor} {}

void Training::update() { update({}); }

void Training::update(const std::function<void()>& look) {
  Parameters& parameters = model_->parameters;
  const Clock::time_point start = Clock::now();
  ++step_;
  if (recorded()) before_.assign(parameters.numbers().begin(), parameters.numbers().end());
  adam_.options.learning_rate = rate_(step_ - 1);
  batch_ = &sampler_.draw(static_cast<std::uint32_t>(step_ - 1));
  gradients_ = &engine_(*batch_, *objective_);
  direction_ = &combiner_->combine(*gradients_, threads_);
  const WatchedUpdate watched{engine_, *batch_, *objective_, *gradients_, *combiner_, *direction_};
  check_direction(watched);
  if (look) look();
  move_weights(watched, adam_, parameters, threads_);
  time_ += Clock::now() - start;
  ++timed_;

  loss_ = sum(std::span<const double>(gradients_->losses())) / gradients_->domains();
  loss_sum_ += loss_;
  ++losses_;
  moved_ = moved_ || (direction_->values.array() != Scalar{0}).any();
}

bool Training::recorded() const { return (step_ - 1) % settings_.record_every == 0 || finished(); }

Record Training::record() {
  Record record;
  record.step = step_ - 1;
  record.epoch = static_cast<double>(record.step) / sampler_.steps_per_epoch();
  record.step_seconds = std::chrono::duration<double>(time_).count() / timed_;
  record.loss = loss_sum_ / losses_;
  const bool evaluated = finished() || record.step % settings_.evaluation.every == 0;
  for (std::size_t domain = 0; domain < splits_.size(); ++domain) {
    const bool trained = std::find(training_.begin(), training_.end(), static_cast<int>(domain)) != training_.end();
    const bool wanted = evaluated && (trained || finished() || !settings_.evaluation.test_at_end);
    for (const auto& [part, scores] : {std::pair{&splits_[domain].in, &record.in}, {&splits_[domain].out, &record.out}})
      scores->push_back(wanted ? evaluation_(first_of(*part, settings_.evaluation.examples), *objective_) : Score{});
  }
  record.masks.emplace(*gradients_, *direction_, before_, std::as_const(model_->parameters).numbers());

  const std::int64_t number = record.step;
  chain_ = Sha256()
               .add(bytes_of_hex(chain_))
               .add(std::span(&number, 1))
               .add(std::as_const(model_->parameters).numbers())
               .add(adam_.first_moment().numbers())
               .add(adam_.second_moment().numbers())
               .hex();
  record.chain = chain_;
  loss_sum_ = 0;
  losses_ = timed_ = 0;
  time_ = {};
  return record;
}

TrainingState Training::save() const {
  return {.step = step_,
          .weights = copy(std::as_const(model_->parameters).numbers()),
          .first_moment = copy(adam_.first_moment().numbers()),
          .second_moment = copy(adam_.second_moment().numbers()),
          .adam_steps = adam_.steps(),
          .loss_sum = loss_sum_,
          .losses = losses_,
          .moved = moved_,
          .chain = chain_};
}

void Training::restore(const TrainingState& state) {
  const std::size_t weights = static_cast<std::size_t>(model_->parameters.size());
  const int since_record = state.step == settings_.steps ? 0 : (state.step - 1) % settings_.record_every;
  const bool reachable = state.step >= 0 && state.step <= settings_.steps && state.adam_steps == state.step &&
                         state.losses == (state.step == 0 ? 0 : since_record) && std::isfinite(state.loss_sum) &&
                         bytes_of_hex(state.chain).size() == 32;
  const bool fits = state.weights.size() == weights && state.first_moment.size() == weights && state.second_moment.size() == weights;
  check(reachable && fits, [&] {
    return Error(Fault::data, "training: no run of these settings comes to this state")
        .fact("step", std::to_string(state.step) + " of " + std::to_string(settings_.steps))
        .fact("weights", std::to_string(state.weights.size()) + ", expected " + std::to_string(weights));
  });
  check_finite(state.weights, "training: a weight of a saved state");
  adam_.resume(state.first_moment, state.second_moment, state.adam_steps);
  std::copy(state.weights.begin(), state.weights.end(), model_->parameters.numbers().begin());
  batch_ = nullptr;
  gradients_ = nullptr;
  direction_ = nullptr;
  step_ = state.step;
  loss_sum_ = state.loss_sum;
  losses_ = state.losses;
  moved_ = state.moved;
  chain_ = state.chain;
  time_ = {};
  timed_ = 0;
}

std::optional<std::string> Training::never_learned() const {
  const auto weights = std::as_const(model_->parameters).numbers();
  if (!moved_) return "the direction was zero in every step: the mask never opened for any weight";
  if (std::equal(first_.begin(), first_.end(), weights.begin())) return "no weight differs from its initial value";
  return std::nullopt;
}

std::string Training::fingerprint() const { return Fingerprint().add(std::as_const(model_->parameters).numbers()).text(); }

std::optional<Record> run_to_end(Training& run, const TrainingEvents& events) {
  std::optional<Record> last;
  for (bool stop = false; !run.finished() && !stop;) {
    run.update();
    if (events.step) events.step(run.step() - 1, run.loss());
    const bool recorded = run.record_due();
    if (recorded) last = run.record();
    if (recorded && events.record) events.record(*last);
    stop = events.stop && events.stop();
    if (events.end_of_step) events.end_of_step(recorded ? &*last : nullptr, stop);
  }
  return last;
}

Outcome train(const Settings& settings, const domains::DataSet& data, const Threads& threads, const TrainingEvents& events) {
  Training run(settings, data, threads);
  Outcome outcome;
  outcome.training = run.training_domains();
  if (const std::optional<Record> last = run_to_end(run, events)) outcome.last = *last;
  outcome.interrupted = !run.finished();
  outcome.steps = run.step();
  outcome.never_learned = run.never_learned();
  outcome.fingerprint = run.fingerprint();
  outcome.model = run.take_model();
  return outcome;
}

}  // namespace sand::experiments
