#include "experiments/models.h"

#include <charconv>

#include "experiments/names.h"
#include "nn/mlp.h"

namespace sand::experiments {
namespace {

Error malformed(const std::string& description) {
  return Error(Fault::usage, "model: expected mlp:IN-HIDDEN-...-OUT with 2 to 33 widths from 1 to 1048576")
      .fact("found", description.substr(0, 200))
      .hint("--model mlp:18-256-256-2");
}

/// "18-256-2" -> {18, 256, 2}
std::vector<Index> widths_of(const std::string& description, std::size_t start) {
  constexpr Index kWidest = 1 << 20;
  constexpr std::size_t kMostWidths = 33;
  std::vector<Index> widths;
  const char* at = description.data() + start;
  const char* const end = description.data() + description.size();
  while (true) {
    Index width = 0;
    const auto [next, failure] = std::from_chars(at, end, width);
    check(failure == std::errc() && width >= 1 && width <= kWidest && widths.size() < kMostWidths, [&] { return malformed(description); });
    widths.push_back(width);
    if (next == end) break;
    check(*next == '-', [&] { return malformed(description); });
    at = next + 1;
  }
  check(widths.size() >= 2, [&] { return malformed(description); });
  return widths;
}

}  // namespace

std::unique_ptr<Model> make_mlp(const nn::MlpOptions& options, const Shape& example, std::uint64_t seed) {
  auto model = std::make_unique<Model>();
  model->example = example;
  model->description = "mlp:" + std::to_string(options.inputs);
  for (const Index width : options.hidden) model->description += "-" + std::to_string(width);
  model->description += "-" + std::to_string(options.outputs);
  model->network = [mlp = nn::Mlp(model->parameters, options, Random(seed))](Var x, const Draw& draw) { return mlp(x, draw); };
  return model;
}

std::unique_ptr<Model> make_model(const std::string& description, nn::Activation activation, std::uint64_t seed) {
  const std::string kind = "mlp:";
  check(description.rfind(kind, 0) == 0, [&] { return malformed(description); });
  const std::vector<Index> widths = widths_of(description, kind.size());
  return make_mlp(
      {.inputs = widths.front(), .hidden = {widths.begin() + 1, widths.end() - 1}, .outputs = widths.back(), .activation = activation},
      Shape{widths.front()}, seed);
}

nn::Activation activation_named(const std::string& name) {
  const std::vector<std::string> names = {"relu", "leaky_relu", "tanh"};  // in the order of the enumeration
  const std::string found = find_name("activation", name, names);
  return found == names[0] ? nn::Activation::relu : found == names[1] ? nn::Activation::leaky_relu : nn::Activation::tanh;
}

}  // namespace sand::experiments
