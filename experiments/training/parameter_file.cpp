#include "experiments/training/parameter_file.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "optim/optimizers/optimizer_card.h"
#include "tensor/error.h"
#include "tensor/finite.h"
#include "tensor/printable.h"
#include "tensor/safetensors_header.h"

namespace sand::experiments {
namespace {

bool has_shape(const StoredTensor& tensor, const Shape& shape) {
  bool same = static_cast<int>(tensor.shape.size()) == shape.rank();
  for (int axis = 0; same && axis < shape.rank(); ++axis)
    same = tensor.shape[static_cast<std::size_t>(axis)] == shape[axis];
  return same;
}

}  // namespace

void read_block(const Safetensors& file, const std::string& prefix, const Parameters& parameters,
                std::span<Scalar> block) {
  for (const Slot& slot : parameters.slots()) {
    const StoredTensor* stored = file.find(prefix + slot.name);
    check(stored == nullptr || has_shape(*stored, slot.shape), [&] {
      return Error(Fault::data, "tensor " + prefix + slot.name + " has the wrong shape")
          .fact("expected", slot.shape.text())
          .fact("found", printable(stored->dtype, stored->shape));
    });
    const Tensor tensor = file.tensor(prefix + slot.name);
    std::copy(tensor.data(), tensor.data() + tensor.size(), block.data() + slot.offset);
  }
}

void write_block(Safetensors& file, const std::string& prefix, const Parameters& parameters,
                 const Scalar* block) {
  for (const Slot& slot : parameters.slots())
    file.add(prefix + slot.name, TensorView(block + slot.offset, slot.shape));
}

std::vector<double> read_doubles(const Safetensors& file, const std::string& name) {
  const StoredTensor* const stored = file.find(name);
  if (stored == nullptr) return {};
  check(stored->dtype == Dtype::f64,
        [&] { return Error(Fault::data, "tensor " + name + ": expected numbers of type F64"); });
  std::vector<double> numbers(stored->bytes.size() / sizeof(double));
  std::memcpy(numbers.data(), stored->bytes.data(), stored->bytes.size());
  check(std::all_of(numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); }),
        [&] { return Error(Fault::data, "tensor " + name + " has a number that is not finite"); });
  return numbers;
}

void write_doubles(Safetensors& file, const std::string& name, const std::vector<double>& numbers) {
  if (numbers.empty()) return;
  const auto bytes = std::as_bytes(std::span(numbers));
  file.add(name, {Dtype::f64, {static_cast<Index>(numbers.size())}, {bytes.begin(), bytes.end()}});
}

Safetensors weights_file(const Model& model) {
  Safetensors file;
  write_block(file, "", model.parameters, model.parameters.numbers().data());
  file.metadata["model"] = model.description;
  return file;
}

namespace {

/// Whether a tensor of a checkpoint is part of the training state, not of the weights.
bool is_of_training(const std::string& name) {
  return optim::is_state_of_optimizer(name) || name == "objective_state";
}

/// Names the tensors of model and file that do not fit each other: what(kind, text). Returns the slots that
/// fit.
std::vector<Slot> compare_slots(const Safetensors& file, const Parameters& parameters,
                                const std::function<void(const char*, const std::string&)>& misfit) {
  std::vector<Slot> fitting;
  for (const Slot& slot : parameters.slots()) {
    const StoredTensor* stored = file.find(slot.name);
    if (stored == nullptr)
      misfit("missing  ", slot.name + " " + slot.shape.text());
    else if (!has_shape(*stored, slot.shape))
      misfit("misshaped",
             slot.name + " " + slot.shape.text() + ", found " + printable(stored->dtype, stored->shape));
    else
      fitting.push_back(slot);
  }
  for (const auto& tensor : file.tensors()) {
    const std::string& name = tensor.first;
    const bool known = std::any_of(parameters.slots().begin(), parameters.slots().end(),
                                   [&](const Slot& slot) { return slot.name == name; });
    if (!known && !is_of_training(name)) misfit("unknown  ", in_quotes(name));
  }
  return fitting;
}

}  // namespace

void load_weights(const std::string& path, Parameters& parameters, const LeftOutTensor& left_out) {
  const Safetensors file = Safetensors::read(path);
  Error error(Fault::data, left_out ? "weights: no tensor of the file fits the model"
                                    : "weights: the file does not fit the model");
  error.fact("file", path);
  constexpr int kMost = 8;
  int problems = 0;
  std::vector<std::string> lines;
  const auto problem = [&](const char* what, const std::string& text) {
    lines.push_back(what + (" " + text));
    if (++problems <= kMost) error.fact(what, text);
  };
  const std::vector<Slot> fitting = compare_slots(file, parameters, problem);
  if (problems > kMost) error.fact("and", std::to_string(problems - kMost) + " more");
  check(left_out ? !fitting.empty() : problems == 0,
        [&] { return error.hint("sandgrad step --model ... --slots lists the tensors of a model"); });
  if (left_out)
    for (const std::string& line : lines) left_out(line);
  std::vector<Scalar> block(parameters.numbers().begin(), parameters.numbers().end());
  for (const Slot& slot : fitting) {
    const Tensor tensor = file.tensor(slot.name);
    std::copy_n(tensor.data(), tensor.size(), block.begin() + slot.offset);
  }
  check_finite(block, "weights: " + path);
  std::copy(block.begin(), block.end(), parameters.numbers().begin());
}

}  // namespace sand::experiments
