// `sandgrad step`: one update as a pure function of files, for comparison with any other framework.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/commands/model_flags.h"
#include "experiments/explain/explanation.h"
#include "experiments/explain/layer_explanation.h"
#include "experiments/setup/algorithms.h"
#include "experiments/training/parameter_file.h"
#include "experiments/training/watch.h"
#include "nn/objectives.h"
#include "optim/optimizers/optimizer_card.h"
#include "tensor/names.h"
#include "tensor/safetensors.h"
#include "tensor/safetensors_header.h"

namespace sand::experiments {
namespace {

struct StepOptions {
  ModelFlags model;
  std::string algorithm = "SANDMask", combiner, optimizer = "adam", hparams;
  std::string in, out;
  std::vector<std::string> explain;     ///< weights to explain
  std::string explain_layer, heat_map;  ///< a slot; a PNG
  bool slots = false, allow_closed = false, decoupled_decay = false, mask_update = false;
  bool json = false;  ///< prints the explanations as JSON
  int threads = 0;
};

void print_slots(const Parameters& parameters) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Slot& slot : parameters.slots()) {
    nlohmann::ordered_json shape = nlohmann::ordered_json::array();
    for (int axis = 0; axis < slot.shape.rank(); ++axis) shape.push_back(slot.shape[axis]);
    list.push_back({{"name", slot.name}, {"shape", shape}});
  }
  std::printf("%s\n", list.dump().c_str());
}

/// [E, ...]: one axis more than the slot, possibly more than a Tensor's four.
StoredTensor gradients_of(const GradientTable& g, const Slot& slot) {
  StoredTensor all;
  all.shape.push_back(g.domains());
  for (int axis = 0; axis < slot.shape.rank(); ++axis) all.shape.push_back(slot.shape[axis]);
  for (int domain = 0; domain < g.domains(); ++domain) {
    const auto bytes = std::as_bytes(g.gradient(domain, slot).numbers());
    all.bytes.insert(all.bytes.end(), bytes.begin(), bytes.end());
  }
  return all;
}

/// x0, y0, x1, y1, ... until one is missing.
Batch read_batch(const Safetensors& file, const Shape& example) {
  Batch batch;
  for (int domain = 0; file.find("x" + std::to_string(domain)) != nullptr; ++domain) {
    const std::string x = "x" + std::to_string(domain), y = "y" + std::to_string(domain);
    DomainRows rows;
    rows.inputs = file.tensor(x);
    const std::vector<std::int64_t> labels = file.integers(y);
    const StoredTensor& stored = *file.find(y);
    check(rows.inputs.shape().rank() >= 1 && rows.inputs.shape().columns() == example.size() &&
              stored.shape == std::vector<Index>{rows.inputs.shape().rows()} && !labels.empty(),
          [&] {
            return Error(Fault::data, "step: " + x + " and " + y + " do not fit the model or each other")
                .fact("expected",
                      x + " [n, " + std::to_string(example.size()) + "], " + y + " [n], n at least 1")
                .fact("found", x + " " + rows.inputs.shape().text() + ", " + y + " " +
                                   printable(stored.dtype, stored.shape));
          });
    for (const std::int64_t label : labels) {
      check(label >= 0 && label <= INT32_MAX, [&] {
        return Error(Fault::data, "step: " + y + " has a label that is not a class")
            .fact("found", std::to_string(label));
      });
      rows.labels.push_back(static_cast<std::int32_t>(label));
      rows.examples.push_back(static_cast<std::uint32_t>(rows.examples.size()));
    }
    batch.domains.push_back(std::move(rows));
  }
  check(!batch.domains.empty(), [] {
    return Error(Fault::data, "step: the input has no domain").hint("it needs tensors x0, y0, x1, y1, ...");
  });
  return batch;
}

/// Rejects tensors that are not read: a misspelt name must not count as a missing tensor.
void check_names(const Safetensors& file, const Parameters& parameters, const optim::StateLayout& state,
                 std::size_t domains) {
  std::vector<std::string> known = {state.steps()};
  for (const Slot& slot : parameters.slots()) {
    known.push_back(slot.name);
    for (std::size_t i = 0; i < state.blocks.size(); ++i) known.push_back(state.prefix(i) + slot.name);
  }
  for (std::size_t domain = 0; domain < domains; ++domain)
    for (const char* kind : {"x", "y"}) known.push_back(kind + std::to_string(domain));
  for (const auto& tensor : file.tensors())
    check(std::find(known.begin(), known.end(), tensor.first) != known.end(), [&] {
      return Error(Fault::data, "step: unknown tensor in input")
          .fact("found", tensor.first)
          .hint("sandgrad step --model M --slots lists the names of the parameters");
    });
}

void read_state(const Safetensors& file, const Parameters& parameters, optim::Optimizer& optimizer) {
  const optim::StateLayout layout = optimizer.layout();
  const std::string t = layout.steps();
  if (file.find(t) == nullptr) return;
  const std::vector<std::int64_t> steps = file.integers(t);
  check(steps.size() == 1, [&] {
    return Error(Fault::data, "step: " + t + " must be one number")
        .fact("found", std::to_string(steps.size()));
  });
  check(steps[0] >= 0 && steps[0] < INT64_MAX, [&] {
    return Error(Fault::data, "step: " + t + " is the number of updates made")
        .fact("expected", "0 to 2^63 - 2")
        .fact("found", std::to_string(steps[0]));
  });
  std::vector<std::vector<Scalar>> blocks(layout.blocks.size(),
                                          std::vector<Scalar>(static_cast<std::size_t>(parameters.size())));
  for (std::size_t i = 0; i < blocks.size(); ++i) read_block(file, layout.prefix(i), parameters, blocks[i]);
  optimizer.resume(blocks, steps[0]);
}

template <class Matrix>
std::vector<Scalar> scalars(const Matrix& numbers) {
  return {numbers.data(), numbers.data() + numbers.size()};
}

void write_update(const std::string& path, const Parameters& parameters, const GradientTable& g,
                  const optim::Direction& direction, const optim::Optimizer& optimizer) {
  Safetensors out;
  std::vector<Scalar> losses(g.losses().begin(), g.losses().end());
  out.add("loss", TensorView(losses.data(), {g.domains()}));
  for (const Slot& slot : parameters.slots()) out.add("grad." + slot.name, gradients_of(g, slot));
  if (direction.has_mask()) write_block(out, "mask.", parameters, direction.mask.data());
  if (direction.has_weights()) {
    const std::vector<Scalar> weights = scalars(direction.weights), gram = scalars(direction.gram);
    out.add("weights", TensorView(weights.data(), {g.domains()}));
    out.add("gram", TensorView(gram.data(), {g.domains(), g.domains()}));
  }
  write_block(out, "direction.", parameters, direction.values.data());
  write_block(out, "", parameters, parameters.numbers().data());
  const optim::StateLayout layout = optimizer.layout();
  for (std::size_t i = 0; i < layout.blocks.size(); ++i)
    write_block(out, layout.prefix(i), parameters, optimizer.state()[i].numbers.data());
  const std::int64_t steps[] = {optimizer.steps()};
  out.add(layout.steps(), std::span<const std::int64_t>(steps));
  out.write(path);
}

Hparams hparams_of(const StepOptions& options, const Algorithm& method) {
  const optim::OptimizerCard& optimizer = optim::optimizer_named(options.optimizer);
  Hparams hparams = standard_hparams(method.hparams);
  hparams.insert({{"lr", optimizer.learning_rate > 0 ? optimizer.learning_rate : 1e-3}, {"weight_decay", 0}});
  hparams.merge(standard_hparams(optimizer.hparams));
  if (!options.hparams.empty()) override_hparams(hparams, options.hparams, method);
  return hparams;
}

std::unique_ptr<optim::Optimizer> optimizer_of(const StepOptions& options, const Hparams& hparams,
                                               const Parameters& parameters) {
  return optim::optimizer_named(options.optimizer)
      .make(parameters, hparams,
            {.learning_rate = hparams.at("lr"),
             .weight_decay = hparams.at("weight_decay"),
             .decay = options.decoupled_decay ? optim::WeightDecay::decoupled : optim::WeightDecay::coupled,
             .mask_update = options.mask_update});
}

template <class Explanation>
void tell(const Explanation& explanation, bool json) {
  std::printf("%s\n", (json ? explanation.json() : explanation.text()).c_str());
}

int step(const StepOptions& options) {
  const std::unique_ptr<Model> model = options.model.make();
  Parameters& parameters = model->parameters;
  if (options.slots) {
    print_slots(parameters);
    return 0;
  }
  const bool explains = !options.explain.empty() || !options.explain_layer.empty();
  check(!options.in.empty() && (!options.out.empty() || explains), [] {
    return Error(Fault::usage,
                 "step: --in and --out are required (--explain needs only --in, --slots neither)");
  });
  std::vector<WeightPlace> weights;
  for (const std::string& name : options.explain) weights.push_back(weight_named(parameters, name));
  const Slot* const layer =
      options.explain_layer.empty() ? nullptr : &slot_named(parameters, options.explain_layer);

  const Algorithm& method = algorithm(options.algorithm, options.combiner);
  const Hparams hparams = hparams_of(options, method);
  const std::unique_ptr<optim::Combiner> combiner = method.make_combiner(hparams, options.allow_closed);

  const Safetensors in = Safetensors::read(options.in);
  const Batch batch = read_batch(in, model->example);
  const std::unique_ptr<optim::Optimizer> optimizer = optimizer_of(options, hparams, parameters);
  check_names(in, parameters, optimizer->layout(), batch.domains.size());
  read_block(in, "", parameters, parameters.numbers());
  read_state(in, parameters, *optimizer);

  const Threads threads(options.threads);
  DomainGradients engine(model->network, parameters, {.tile_rows = model->tile_rows, .threads = threads});
  const auto objective = method.make_objective(hparams, std::make_unique<nn::CrossEntropy>());
  const GradientTable& g = engine(batch, *objective);
  const optim::Direction& direction = combiner->combine(g, threads);
  const WatchedUpdate watched{engine, batch, *objective, g, *combiner, direction};
  check_direction(watched);
  const Update update{.model = *model,
                      .objective = *objective,
                      .batch = batch,
                      .gradients = g,
                      .method = method,
                      .hparams = hparams,
                      .allow_closed = options.allow_closed,
                      .engine = &engine,
                      .optimizer = *optimizer,
                      .threads = threads};
  const std::vector<WeightExplanation> explanations =
      weights.empty() ? std::vector<WeightExplanation>() : explain(update, weights);
  move_weights(watched, *optimizer, parameters, threads);

  for (std::size_t i = 0; i < explanations.size(); ++i)
    explanations[i].must_match(parameters.numbers()[static_cast<std::size_t>(weights[i].column)]);
  if (!options.out.empty()) write_update(options.out, parameters, g, direction, *optimizer);
  for (const WeightExplanation& explanation : explanations) tell(explanation, options.json);
  if (layer == nullptr) return 0;
  const LayerExplanation explanation(g, direction, *layer);
  if (!options.heat_map.empty()) explanation.write_heat_map(options.heat_map);
  tell(explanation, options.json);
  return 0;
}

}  // namespace

void add_step(Command& command) {
  static StepOptions o;
  command.group("Model");
  o.model.add(command);
  command.group("Method");
  command.option(
      "--algorithm", o.algorithm,
      "how the gradients of the domains are combined; sandgrad list algorithms prints the names (default "
      "SANDMask)");
  command.option(
      "--combiner", o.combiner,
      "combiner of the gradients of an objective over domains, such as IRM; sandgrad list algorithms prints "
      "the names (default: the mean)");
  command.option("--hparams", o.hparams,
                 R"(hyper-parameters as a JSON object: '{"lr": 1e-3, "tau": 0.5, "k": 10}' (default: {}))");
  command.group("Files");
  command.option(
      "--in", o.in,
      "safetensors file to read: weights, x0, y0, x1, y1, ..., and the optimizer's state if there is one "
      "(default: none, with --slots)");
  command.option(
      "--out", o.out,
      "safetensors file to write: losses, gradients, mask or weights of the domains, direction, new weights, "
      "the optimizer's state (default: none)");
  command.group("Explanation");
  command.option("--explain", o.explain, "weights to explain, such as 'linear0.weight[12,3]' (default: none)")
      .one_or_more();
  command.option(
      "--explain-layer", o.explain_layer,
      "parameter tensor whose ranges of mask, agreement and gradients are printed (default: none)");
  command.option("--heat-map", o.heat_map, "PNG to write: mask (left) and agreement (right) of that tensor")
      .needs("--explain-layer");
  command.group("Method");
  command.option(
      "--optimizer", o.optimizer,
      "how the direction moves the weights: " + either(optim::optimizer_names()) + " (default adam)");
  command.flag("--decoupled-decay", o.decoupled_decay, "apply weight decay after mask and Adam (AdamW)");
  command.flag("--mask-update", o.mask_update, "leave a weight as it is where its mask is 0");
  command.group("Files");
  command.flag("--slots", o.slots, "print names and shapes of the parameter tensors as JSON, and stop");
  command.group("Method");
  command.flag("--allow-closed", o.allow_closed, "accept settings under which nothing can be learned");
  command.group(kProgramGroup);
  command.option("--threads", o.threads, kThreadsHelp, kThreadCounts);
  command.flag("--json", o.json, "print explanations as JSON lines");
  command.run([] { return step(o); });
}

}  // namespace sand::experiments
