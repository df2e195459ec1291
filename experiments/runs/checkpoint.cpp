#include "experiments/runs/checkpoint.h"

#include <algorithm>
#include <cmath>

#include "experiments/runs/checkpoint_name.h"
#include "experiments/setup/optimization.h"
#include "experiments/setup/settings_json.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/finite.h"

namespace sand::experiments {
namespace {

namespace fs = std::filesystem;

/// The largest size of a checkpoint: weights and state, what the methods carry (at most two doubles a weight,
/// or what kMostCarried allows), and a header with a line per tensor that contains its name.
std::uint64_t most_bytes(const Parameters& parameters, const optim::StateLayout& layout) {
  constexpr std::uint64_t kHeader = 1 << 16, kLine = 512, kMostCarried = 1 << 26;
  const std::uint64_t blocks = 1 + layout.blocks.size();
  std::uint64_t bytes =
      kHeader + kMostCarried +
      (blocks * sizeof(Scalar) + 2 * sizeof(double)) * static_cast<std::uint64_t>(parameters.size());
  for (const Slot& slot : parameters.slots()) bytes += blocks * (kLine + slot.name.size());
  return bytes;
}

}  // namespace

Checkpoints::Checkpoints(const Directory& folder, const Settings& settings, const Parameters& parameters)
    : path_(folder.path()),
      folder_(folder),
      settings_(settings_hash(settings)),
      layout_(state_layout(settings)),
      parameters_(parameters) {}

Checkpoints::Checkpoints(const fs::path& folder, const Settings& settings, const Parameters& parameters)
    : path_(folder),
      settings_(settings_hash(settings)),
      layout_(state_layout(settings)),
      parameters_(parameters) {
  std::error_code failure;
  if (fs::exists(folder, failure) || failure) folder_.emplace(folder.string());
}

fs::path Checkpoints::file(int step) const { return path_ / checkpoint_name(step); }

std::vector<int> Checkpoints::steps() const {
  std::vector<int> steps;
  if (!folder_) return steps;
  for (const std::string& name : folder_->names())
    if (const std::optional<int> step = step_of_checkpoint(name)) steps.push_back(*step);
  std::sort(steps.begin(), steps.end());
  return steps;
}

Checkpoint Checkpoints::read(int step) const {
  Checkpoint checkpoint = read(checkpoint_name(step));
  check(checkpoint.state.step == step + 1, [&] {
    return damaged_checkpoint(file(step).string(), "a checkpoint of another step under this name");
  });
  return checkpoint;
}

Checkpoint Checkpoints::read_best() const { return read(kBestCheckpoint); }

bool Checkpoints::has_best() const { return folder_ && folder_->has(kBestCheckpoint); }

Checkpoint Checkpoints::read(const std::string& name) const {
  const std::string path = (path_ / name).string();
  check(folder_.has_value(), [&] {
    return Error(Fault::missing, "checkpoint: the run directory has no folder of checkpoints")
        .fact("file", path);
  });
  InputFile input(*folder_, name);
  check(input.size() <= most_bytes(parameters_, layout_), [&] {  // before memory is allocated for them
    return damaged_checkpoint(
        path, std::to_string(input.size()) + " bytes, more than a checkpoint of this model has");
  });
  std::vector<std::byte> bytes(input.size());
  input.read(bytes);
  return parse_checkpoint(bytes, path, parameters_, layout_, settings_);
}

std::optional<Checkpoint> Checkpoints::last(
    const std::function<void(const Checkpoint&)>& usable,
    const std::function<void(const std::string&, const std::string&)>& damaged) {
  std::optional<Checkpoint> found;
  kept_.clear();
  const std::vector<int> all = steps();
  for (auto step = all.rbegin(); step != all.rend(); ++step) try {
      Checkpoint checkpoint = read(*step);
      usable(checkpoint);
      kept_.insert(kept_.begin(), {*step, checkpoint.score});
      if (!found) found = std::move(checkpoint);
    } catch (Error& error) {
      if (error.fault() == Fault::io)
        throw error.hint("try again; if it fails again, remove the file, and the run resumes without it");
      damaged(file(*step).string(), error.what());
    }
  if (found) remove_old();  // a killed run may have left them
  return found;
}

void Checkpoints::write(const std::string& name, const Checkpoint& checkpoint) {
  const TrainingState& state = checkpoint.state;
  const std::string where = "step " + std::to_string(state.step - 1) + ": a weight or a moment";
  check_finite(state.weights, where);
  for (const std::vector<Scalar>& block : state.optimizer) check_finite(block, where);
  const std::vector<std::byte> bytes = checkpoint_bytes(checkpoint, parameters_, layout_, settings_);
  folder_->check_exists();
  NewFile file(*folder_, name);
  file.write(bytes);
  file.commit();
}

void Checkpoints::keep_best(const Checkpoint& checkpoint) { write(kBestCheckpoint, checkpoint); }

void Checkpoints::keep(const Checkpoint& checkpoint) {
  const int step = checkpoint.state.step - 1;
  write(checkpoint_name(step), checkpoint);
  std::erase_if(kept_, [&](const Kept& old) { return old.step >= step; });
  kept_.push_back({step, checkpoint.score});
  remove_old();
}

void Checkpoints::remove_old() {
  const auto worse = [](const Kept& a, const Kept& b) {
    return !(a.score >= b.score) && !std::isnan(b.score);
  };
  const auto best = std::max_element(kept_.begin(), kept_.end(), worse);
  std::vector<Kept> rest;
  for (auto kept = kept_.begin(); kept != kept_.end(); ++kept)
    if (kept_.end() - kept <= 2 || (kept == best && !std::isnan(kept->score))) rest.push_back(*kept);
  kept_ = std::move(rest);
  for (const int old : steps()) {
    const bool wanted =
        old > kept_.back().step ||
        std::any_of(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.step == old; });
    if (wanted) continue;
    try {
      folder_->remove(checkpoint_name(old));
    } catch (const Error&) {  // an extra file does no harm
    }
  }
}

}  // namespace sand::experiments
