#include "experiments/training/parameter_file.h"

#include <algorithm>
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

Safetensors weights_file(const Model& model) {
  Safetensors file;
  write_block(file, "", model.parameters, model.parameters.numbers().data());
  file.metadata["model"] = model.description;
  return file;
}

void load_weights(const std::string& path, Parameters& parameters) {
  const Safetensors file = Safetensors::read(path);
  Error error(Fault::data, "weights: the file does not fit the model");
  error.fact("file", path);
  constexpr int kMost = 8;
  int problems = 0;
  const auto problem = [&](const char* what, const std::string& text) {
    if (++problems <= kMost) error.fact(what, text);
  };
  for (const Slot& slot : parameters.slots()) {
    const StoredTensor* stored = file.find(slot.name);
    if (stored == nullptr)
      problem("missing  ", slot.name + " " + slot.shape.text());
    else if (!has_shape(*stored, slot.shape))
      problem("misshaped",
              slot.name + " " + slot.shape.text() + ", found " + printable(stored->dtype, stored->shape));
  }
  for (const auto& tensor : file.tensors()) {
    const std::string& name = tensor.first;
    const bool known = std::any_of(parameters.slots().begin(), parameters.slots().end(),
                                   [&](const Slot& slot) { return slot.name == name; });
    if (!known && !optim::is_state_of_optimizer(name)) problem("unknown  ", in_quotes(name));
  }
  if (problems > kMost) error.fact("and", std::to_string(problems - kMost) + " more");
  check(problems == 0,
        [&] { return error.hint("sandgrad step --model ... --slots lists the tensors of a model"); });
  std::vector<Scalar> block(static_cast<std::size_t>(parameters.size()));
  read_block(file, "", parameters, block);
  check_finite(block, "weights: " + path);
  std::copy(block.begin(), block.end(), parameters.numbers().begin());
}

}  // namespace sand::experiments
