// The bytes of one checkpoint.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "experiments/machine/sha256.h"
#include "experiments/runs/checkpoint.h"
#include "experiments/training/parameter_file.h"
#include "tensor/digits.h"
#include "tensor/error.h"
#include "tensor/numerics.h"
#include "tensor/safetensors.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kHashLength = 64;  // hexadecimal digits of a SHA-256

/// Where the digits of the file's own hash begin, or npos. A JSON reader finds the metadata at the same
/// place: a name that contains such a text is escaped.
std::size_t place_of_hash(std::span<const std::byte> file) {
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size()), key = "\"sha256\":\"";
  const std::size_t place = text.find(key);
  return place == std::string_view::npos || text.size() - place - key.size() < kHashLength
             ? std::string_view::npos
             : place + key.size();
}

std::string hash_without(std::span<const std::byte> file, std::size_t place) {
  return Sha256()
      .add(file.first(place))
      .add(std::string(kHashLength, '0'))
      .add(file.subspan(place + kHashLength))
      .hex();
}

/// Metadata by name.
class Fields {
 public:
  Fields(const Safetensors& file, const std::string& source) : metadata_(file.metadata), source_(source) {}

  const std::string& text(const char* name) const {
    const auto found = metadata_.find(name);
    check(found != metadata_.end(), [&] { return damaged_checkpoint(source_, std::string("no ") + name); });
    return found->second;
  }
  template <class Number>
  void take(const char* name, Number& to) const {
    const std::string& digits = text(name);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), to);
    check(failure == std::errc() && end == digits.data() + digits.size(),
          [&] { return damaged_checkpoint(source_, std::string(name) + " is not a number"); });
  }
  bool has(const char* name) const { return metadata_.count(name) == 1; }
  /// Numbers with spaces between them.
  void take(const char* name, std::vector<double>& to) const {
    const std::string& digits = text(name);
    const char *next = digits.data(), *const end = next + digits.size();
    while (next < end) {
      const auto [after, failure] = std::from_chars(next, end, to.emplace_back());
      check(failure == std::errc() && (after == end || *after == ' '),
            [&] { return damaged_checkpoint(source_, std::string(name) + " is not a list of numbers"); });
      next = after == end ? end : after + 1;
    }
  }
  void expect(const char* name, const std::string& value, const char* what) const {
    check(text(name) == value, [&] { return damaged_checkpoint(source_, what); });
  }

 private:
  const std::map<std::string, std::string>& metadata_;
  const std::string& source_;
};

constexpr const char* kObjectiveState = "objective_state";

std::vector<Scalar> block_of(const Safetensors& file, const std::string& prefix,
                             const Parameters& parameters) {
  std::vector<Scalar> block(static_cast<std::size_t>(parameters.size()));
  read_block(file, prefix, parameters, block);
  return block;
}

}  // namespace

Error damaged_checkpoint(const std::string& source, const std::string& why) {
  return Error(Fault::data, "checkpoint: damaged, or from another run")
      .fact("file", source)
      .fact("found", why);
}

std::string carried_text(const std::vector<double>& carried) {
  std::string text;
  for (const double number : carried) text += (text.empty() ? "" : " ") + shortest(number);
  return text;
}

std::vector<std::byte> checkpoint_bytes(const Checkpoint& checkpoint, const Parameters& parameters,
                                        const optim::StateLayout& layout, const std::string& settings) {
  const TrainingState& state = checkpoint.state;
  Safetensors file;
  write_block(file, "", parameters, state.weights.data());
  for (std::size_t i = 0; i < layout.blocks.size(); ++i)
    write_block(file, layout.prefix(i), parameters, state.optimizer[i].data());
  file.add(layout.steps(), std::span(&state.optimizer_steps, 1));
  write_doubles(file, kObjectiveState, state.objective);
  file.metadata = {{"step", std::to_string(state.step - 1)},       {"settings", settings},
                   {"numerics", std::to_string(kNumericsVersion)}, {"chain", state.chain},
                   {"loss_sum", shortest(state.loss_sum)},         {"losses", std::to_string(state.losses)},
                   {"moved", std::to_string(int{state.moved})},    {"score", shortest(checkpoint.score)},
                   {"sha256", std::string(kHashLength, '0')}};
  if (!state.carried.empty()) file.metadata["carried"] = carried_text(state.carried);
  if (const EarlyStop& stop = state.early_stop; stop.best_step >= 0) {
    file.metadata["best_score"] = shortest(stop.best_score);
    file.metadata["best_step"] = std::to_string(stop.best_step);
    file.metadata["waited"] = std::to_string(stop.waited);
  }
  std::vector<std::byte> bytes = file.bytes();
  const std::size_t place = place_of_hash(bytes);
  const std::string hash = hash_without(bytes, place);
  std::memcpy(bytes.data() + place, hash.data(), kHashLength);
  return bytes;
}

void check_checkpoint_hash(std::span<const std::byte> bytes, const std::string& source) {
  const std::size_t place = place_of_hash(bytes);
  check(place != std::string::npos, [&] {
    return damaged_checkpoint(source, "no SHA-256 of its content; was it cut, or made by another program?");
  });
  const std::string_view written(reinterpret_cast<const char*>(bytes.data()) + place, kHashLength);
  check(written == hash_without(bytes, place),
        [&] { return damaged_checkpoint(source, "the SHA-256 of its content differs from the one in it"); });
}

Checkpoint parse_checkpoint(std::span<const std::byte> bytes, const std::string& source,
                            const Parameters& parameters, const optim::StateLayout& layout,
                            const std::string& settings) {
  check_checkpoint_hash(bytes, source);
  const Safetensors file = Safetensors::parse(bytes, source);
  const Fields fields(file, source);
  fields.expect("numerics", std::to_string(kNumericsVersion),
                "another version of the arithmetic, which gives other bits");
  fields.expect("settings", settings, "a run with other settings");
  Checkpoint checkpoint;
  TrainingState& state = checkpoint.state;
  fields.take("step", state.step);
  check(state.step >= 0 && state.step < INT32_MAX,
        [&] { return damaged_checkpoint(source, "an invalid step"); });
  ++state.step;
  int moved = 0;
  fields.take("loss_sum", state.loss_sum);
  fields.take("losses", state.losses);
  fields.take("moved", moved);
  state.moved = moved != 0;
  if (fields.has("carried")) fields.take("carried", state.carried);
  if (fields.has("best_step")) {
    fields.take("best_score", state.early_stop.best_score);
    fields.take("best_step", state.early_stop.best_step);
    fields.take("waited", state.early_stop.waited);
  }
  state.chain = fields.text("chain");
  fields.take("score", checkpoint.score);
  state.weights = block_of(file, "", parameters);
  for (std::size_t i = 0; i < layout.blocks.size(); ++i)
    state.optimizer.push_back(block_of(file, layout.prefix(i), parameters));
  const std::vector<std::int64_t> steps = file.integers(layout.steps());
  check(steps.size() == 1, [&] { return damaged_checkpoint(source, layout.steps() + " is not one number"); });
  state.optimizer_steps = steps[0];
  state.objective = read_doubles(file, kObjectiveState);
  return checkpoint;
}

}  // namespace sand::experiments
