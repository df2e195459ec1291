#include "experiments/training/memory_estimate.h"

#include <algorithm>
#include <cmath>

#include "experiments/machine/available_memory.h"
#include "experiments/setup/model_text.h"
#include "experiments/setup/optimization.h"
#include "experiments/training/initial_model.h"

namespace sand::experiments {
namespace {

constexpr double kBytes = sizeof(Scalar);
// The weight, its first value, its value before a recorded step; direction, mask. Then the optimizer's state.
constexpr double kNumbersPerWeight = 5;
constexpr double kCopiesInCheckpoint = 3;  // of the weight and the state: saved, tensors, bytes of the file
constexpr double kMegabyte = 1e6;

/// Number of weights of an MLP. In floating point, because widths and depth may exceed the range of an
/// integer.
double weights_of_mlp(const Settings& settings, const domains::DataSet& data) {
  const double width = settings.hparams.at("mlp_width"), depth = settings.hparams.at("mlp_depth");
  const double inputs = static_cast<double>(data.example.size()),
               outputs = static_cast<double>(outputs_for(settings, data));
  if (depth == 0) return (inputs + 1) * outputs;
  return (inputs + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * outputs;
}

/// Numbers per weight that the optimizer keeps.
double state_blocks(const Settings& settings) {
  return static_cast<double>(state_layout(settings).blocks.size());
}

/// Numbers per weight of a clipped direction and its mask.
double clip_blocks(const Settings& settings) { return clip_options(settings).any() ? 2 : 0; }

/// Number of weights of a described model or an MLP; 0: not known before the network exists. Throws
/// Error(usage) for layers that do not fit.
double weights_before(const Settings& settings, const domains::DataSet& data) {
  if (is_model_text(settings.model))
    return weights_of(parse_model_text(settings.model),
                      model_setting(settings, data.example, outputs_for(settings, data)));
  return settings.model == "MLP" ? weights_of_mlp(settings, data) : 0;
}

/// Number of rows of each training domain in a batch.
std::vector<Index> rows_of_batch(const Settings& settings, const domains::DataSet& data) {
  std::vector<Index> rows;
  for (const int domain : training_domains(settings, static_cast<int>(data.domains.size()), 1)) {
    const double kept =
        data.domains[static_cast<std::size_t>(domain)].size() * (1 - settings.holdout_fraction);
    const bool all = settings.protocol.order == domains::Order::everything;
    rows.push_back(static_cast<Index>(all ? std::ceil(kept) : settings.hparams.at("batch_size")));
  }
  return rows;
}

/// Number of threads with tiles when the largest part is evaluated.
double evaluating_threads(const Training& run, const Threads& threads) {
  const Settings& settings = run.loop().settings();
  double most = 0;
  for (const domains::Domain& domain : run.loop().data().domains)
    most = std::max(most, domain.size() * std::max(settings.holdout_fraction, 1 - settings.holdout_fraction));
  if (settings.evaluation.examples > 0)
    most = std::min(most, static_cast<double>(settings.evaluation.examples));
  return std::min<double>(threads.count(),
                          std::ceil(most / static_cast<double>(run.loop().model().tile_rows)));
}

/// The part that is the same for every network: the batch, and the numbers per weight.
void foresee_weights(MemoryEstimate& memory, double weights, Index tile_rows, const Settings& settings,
                     const domains::DataSet& data) {
  memory.decoders = static_cast<double>(data.decoders_memory);
  const std::vector<Index> rows = rows_of_batch(settings, data);
  const DomainGradientsOptions engine{.tile_rows = tile_rows};
  double shards = 0, all_rows = 0;
  for (const Index of_domain : rows) {
    shards += static_cast<double>(engine.shards_of(of_domain, static_cast<int>(rows.size())));
    all_rows += static_cast<double>(of_domain);
  }
  memory.weights = weights * (kNumbersPerWeight + state_blocks(settings) + clip_blocks(settings)) * kBytes;
  memory.gradients = weights * shards * kBytes;
  memory.activations = all_rows * static_cast<double>(data.example.size()) * kBytes;
}

/// Number of tiles that keep their activations at once: all of a batch, if the objective sees whole domains.
double tiles_at_once(const Training& run, const std::vector<Index>& rows, const Threads& threads) {
  if (!run.loop().objective().over_domains()) return threads.count();
  const Index tile = run.loop().model().tile_rows;
  double tiles = 0;
  for (const Index of_domain : rows) tiles += static_cast<double>((of_domain + tile - 1) / tile);
  return tiles;
}

/// The gradients of an objective that needs several passes, in bytes: a row for every domain, one for every
/// shard of one domain, which pass alone, another copy of the weights, and what it keeps of every weight.
double several_passes(const Training& run, const std::vector<Index>& rows) {
  const DomainGradientsOptions engine{.tile_rows = run.loop().model().tile_rows};
  const double shards = static_cast<double>(engine.shards_of(*std::max_element(rows.begin(), rows.end()), 1));
  const double numbers = static_cast<double>(rows.size()) + shards + 4, doubles = 2;
  return static_cast<double>(run.loop().model().parameters.size()) *
         (numbers * kBytes + doubles * sizeof(double));
}

/// Memory of passes over tiles, in bytes.
struct Pass {
  double dry_run;  ///< of one row, before the forms of weights are known
  double forms;    ///< shared by all threads
  double tile;     ///< of one thread
};

/// Measures them with copies of one example. Throws Error(resources) if a tile would not fit.
Pass try_pass(const Training& run, const Threads& threads, Index tile_rows, bool training) {
  const Model& model = run.loop().model();
  const std::vector<std::uint32_t> examples(static_cast<std::size_t>(tile_rows));
  DomainRows rows;
  domains::gather(run.loop().data().domains[static_cast<std::size_t>(run.loop().training_domains()[0])],
                  examples, rows);
  std::vector<Scalar> gradients(training ? static_cast<std::size_t>(model.parameters.size()) : 0);

  Passes passes(model.network, model.parameters, 0);
  const auto draw = [&](Index n) {
    return training ? Draw{0, 0, std::span<const std::uint32_t>(examples).first(static_cast<std::size_t>(n))}
                    : Draw{};
  };
  passes.dry_run(rows.inputs.view().rows(0, 1), draw(1), gradients);
  passes.prepare(threads);
  const auto pass = [&](Index n) {
    Tape tape;
    const Var outputs = passes.forward(tape, rows.inputs.view().rows(0, n), draw(n), gradients);
    const Var loss = run.loop().objective().loss(outputs, rows.targets(0, n), n);
    if (training) tape.backward(loss);
    return static_cast<double>(tape.bytes());
  };
  const double least =
      pass(1) / 2 * static_cast<double>(tile_rows);  // a tape takes up to twice what it needs
  check_fits({.program = process_memory("VmRSS"), .activations = least}, threads);
  return {static_cast<double>(passes.bytes_of_dry_run()), static_cast<double>(passes.bytes_of_forms()),
          pass(tile_rows)};
}

std::string megabytes(double bytes) { return std::to_string(std::llround(bytes / kMegabyte)); }

}  // namespace

void MemoryEstimate::measure_data() {
  data = std::max(process_memory("VmRSS") - program, 0.0);
  // Code of the program and its libraries is loaded when it first runs; a run uses nearly all of it.
  const double code = process_memory("VmExe") + process_memory("VmLib");
  program += std::max(code - process_memory("RssFile"), 0.0);
  loading = process_memory("VmHWM");
}

void MemoryEstimate::foresee(const Settings& settings, const domains::DataSet& data_set) {
  foresee_weights(*this, weights_before(settings, data_set), DomainGradientsOptions{}.tile_rows, settings,
                  data_set);
}

void MemoryEstimate::foresee(const Training& run, const Threads& threads, bool checkpoints) {
  const Model& model = run.loop().model();
  const double count = static_cast<double>(model.parameters.size());
  foresee_weights(*this, count, model.tile_rows, run.loop().settings(), run.loop().data());
  const std::vector<Index> rows = rows_of_batch(run.loop().settings(), run.loop().data());
  const Pass back =
      try_pass(run, threads, std::min(model.tile_rows, *std::max_element(rows.begin(), rows.end())), true);
  const Pass forward = try_pass(run, threads, model.tile_rows, false);
  const double inputs =
      static_cast<double>(model.tile_rows * model.example.size()) * kBytes;  // of an evaluated tile
  weights += back.forms + forward.forms;
  const double evaluation = evaluating_threads(run, threads) * (forward.tile + inputs);
  activations += tiles_at_once(run, rows, threads) * back.tile + evaluation;
  if (run.loop().objective().several_passes()) gradients = several_passes(run, rows);
  const double saved = kCopiesInCheckpoint * (1 + state_blocks(run.loop().settings()));
  // The dry run of an evaluation ends before its tiles exist.
  passing = std::max({checkpoints ? count * saved * kBytes : 0, forward.dry_run - evaluation, 0.0});
}

double MemoryEstimate::steps() const { return program + data + weights + gradients + activations + passing; }

double MemoryEstimate::peak() const { return std::max(steps(), loading + decoders); }

std::string MemoryEstimate::text() const {
  return "about " + megabytes(peak()) + " MB (program " + megabytes(program) + ", data " + megabytes(data) +
         ", weights and moments " + megabytes(weights) + ", gradients " + megabytes(gradients) +
         ", activations " + megabytes(activations) + ", temporary " + megabytes(passing) +
         (decoders > kMegabyte ? ", earlier for decoding photos " + megabytes(decoders) : "") + ")";
}

void check_fits(const MemoryEstimate& memory, const Threads& threads) {
  const std::optional<AvailableMemory> available = available_memory(threads);
  const double held = process_memory("VmRSS"), more = memory.steps() - held;
  check(!available || more <= available->bytes, [&] {
    return Error(Fault::resources, "memory: the run does not fit")
        .fact("expected", memory.text() + ", " + megabytes(held) + " MB held already")
        .fact("available", megabytes(available->bytes) + " MB more, by " + available->limit)
        .hint("a smaller network or batch (--hparams mlp_width, batch_size) or fewer --threads take less");
  });
}

}  // namespace sand::experiments
