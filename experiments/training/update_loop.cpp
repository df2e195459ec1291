#include "experiments/training/update_loop.h"

#include <algorithm>
#include <utility>

#include "experiments/setup/algorithms.h"
#include "experiments/setup/optimization.h"
#include "experiments/training/initial_model.h"
#include "experiments/training/parts.h"
#include "experiments/training/watch.h"
#include "nn/objective_card.h"
#include "tensor/fingerprint.h"
#include "tensor/finite.h"

namespace sand::experiments {
namespace {

const nn::ObjectiveCard& objective_of(const Settings& settings) {
  return nn::objective_named(settings.protocol.objective);
}

int fewest_domains(const Settings& settings) {
  const int fewest = settings.allow_closed ? 1 : algorithm(settings).fewest_domains();
  return std::max(fewest, objective_of(settings).fewest_domains);
}

domains::SamplerOptions sampler_options(const Settings& settings) {
  const auto augmentation = settings.hparams.find("data_augmentation");
  return {.rows = static_cast<int>(settings.hparams.at("batch_size")),
          .seed = static_cast<std::uint64_t>(settings.seed),
          .order = settings.protocol.order,
          .augment = augmentation != settings.hparams.end() && augmentation->second != 0,
          .balanced = settings.recipe.balanced};
}

std::vector<Scalar> copy(std::span<const Scalar> numbers) { return {numbers.begin(), numbers.end()}; }

}  // namespace

UpdateLoop::UpdateLoop(const Settings& settings, const domains::DataSet& data, const Threads& threads,
                       const Ranks& ranks)
    : settings_(settings),
      data_(data),
      threads_(threads),
      training_(experiments::training_domains(settings, static_cast<int>(data.domains.size()),
                                              fewest_domains(settings))),
      splits_(splits_of(settings, data)),
      combiner_(algorithm(settings).make_combiner(settings.hparams, settings.allow_closed)),
      objective_(objective_for(settings, data, parts_to_train_on(splits_, training_))),
      model_(initial_model(settings, data)),
      first_(copy(model_->parameters.numbers())),
      frozen_(settings.freeze, model_->parameters),
      sampler_(parts_to_train_on(splits_, training_), sampler_options(settings)),
      engine_(model_->network, model_->parameters,
              {.tile_rows = model_->tile_rows,
               .seed = static_cast<std::uint64_t>(settings.seed),
               .threads = threads,
               .frozen = frozen_.slots(),
               .ranks = ranks}),
      optimizer_(make_optimizer(settings, model_->parameters)),
      rate_(learning_rates(settings)) {
  experiments::training_domains(settings, static_cast<int>(data.domains.size()),
                                objective_->fewest_domains());
  if (const optim::ClipOptions clip = clip_options(settings); clip.any()) clipping_.emplace(clip);
}

void UpdateLoop::update(const std::function<void()>& look) {
  Parameters& parameters = model_->parameters;
  const auto step = static_cast<std::uint32_t>(step_);
  if (objective_->restarts_optimizer(step)) optimizer_->restart();
  optimizer_->set_rates(learning_rate(step_),
                        objective_->weight_decay(settings_.hparams.at("weight_decay"), step));
  batch_ = &sampler_.draw(step);
  if (objective_->change_batch(*batch_, static_cast<std::uint64_t>(settings_.seed), changed_))
    batch_ = &changed_;
  gradients_ = &engine_(*batch_, *objective_);
  carried_before_ = combiner_->state();
  direction_ = &combiner_->combine(*gradients_, threads_);
  const WatchedUpdate watched{engine_, *batch_, *objective_, *gradients_, *combiner_, *direction_};
  check_direction(watched);
  if (look) look();
  const optim::Direction& moves = clipping_ ? (*clipping_)(*direction_, threads_) : *direction_;
  move_weights({engine_, *batch_, *objective_, *gradients_, *combiner_, moves}, *optimizer_, parameters,
               threads_);
  frozen_.put_back(first_, parameters);
  ++step_;
  moved_ = moved_ || (direction_->values.array() != Scalar{0}).any();
}

UpdateState UpdateLoop::save() const {
  std::vector<std::vector<Scalar>> blocks;
  for (const optim::StateBlock& block : optimizer_->state())
    blocks.push_back(copy(block.numbers.view().numbers()));
  return {.step = step_,
          .weights = copy(std::as_const(model_->parameters).numbers()),
          .optimizer = std::move(blocks),
          .optimizer_steps = optimizer_->steps(),
          .carried = combiner_->state(),
          .objective = engine_.carried(),
          .moved = moved_};
}

double UpdateLoop::learning_rate(int step) const {
  return objective_->learning_rate(rate_(step), static_cast<std::uint32_t>(step));
}

std::int64_t UpdateLoop::optimizer_steps_after(int updates) const {
  int last = updates;
  while (last > 0 && !objective_->restarts_optimizer(static_cast<std::uint32_t>(last - 1))) --last;
  return updates - std::max(last - 1, 0);
}

void UpdateLoop::restore(const UpdateState& state) {
  check_finite(state.weights, "training: a weight of a saved state");
  optimizer_->resume(state.optimizer, state.optimizer_steps);
  combiner_->resume(state.carried);
  std::copy(state.weights.begin(), state.weights.end(), model_->parameters.numbers().begin());
  batch_ = nullptr;
  gradients_ = nullptr;
  direction_ = nullptr;
  engine_.resume(state.objective);
  step_ = state.step;
  moved_ = state.moved;
}

std::optional<std::string> UpdateLoop::never_learned() const {
  const auto weights = std::as_const(model_->parameters).numbers();
  if (!moved_) return "the direction was zero in every step: the mask never opened for any weight";
  if (std::equal(first_.begin(), first_.end(), weights.begin()))
    return "no weight differs from its initial value";
  return std::nullopt;
}

std::string UpdateLoop::fingerprint() const {
  return Fingerprint().add(std::as_const(model_->parameters).numbers()).text();
}

}  // namespace sand::experiments
