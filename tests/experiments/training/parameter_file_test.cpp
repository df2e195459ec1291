#include "experiments/training/parameter_file.h"

#include <doctest/doctest.h>

#include <limits>

#include "tensor/error.h"
#include "tests/folder.h"

using sand::Error;
using sand::Safetensors;
using sand::Scalar;
using namespace sand::experiments;
using namespace sand::testing;

namespace {

/// linear0.weight [3, 2], linear0.bias [3], linear1.weight [2, 3], linear1.bias [2]
std::unique_ptr<Model> model_of(std::uint64_t seed) {
  return make_model("mlp:2-3-2", sand::nn::Activation::relu, seed);
}

std::string refusal(const Safetensors& file, Model& model) {
  const Folder folder;
  const std::string path = (folder.path / "file").string();
  file.write(path);
  const std::vector<Scalar> before(model.parameters.numbers().begin(), model.parameters.numbers().end());
  try {
    load_weights(path, model.parameters);
  } catch (const Error& error) {
    CHECK(error.fault() != sand::Fault::usage);
    CHECK(std::equal(before.begin(), before.end(), std::as_const(model.parameters).numbers().begin()));
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Written weights are loaded, and other tensors of a checkpoint are skipped") {
  const auto written = model_of(1), read = model_of(2);
  Safetensors file = weights_file(*written);
  write_block(file, "adam_m.", written->parameters, written->parameters.numbers().data());
  const std::int64_t steps[] = {3};
  file.add("adam_t", std::span<const std::int64_t>(steps));
  CHECK(refusal(file, *read) == "");
  const auto a = written->parameters.numbers(), b = read->parameters.numbers();
  CHECK(std::equal(a.begin(), a.end(), b.begin()));
}

TEST_CASE("A file that does not fit the model is refused with all missing, misshaped and unknown tensors") {
  const auto model = model_of(1);
  Safetensors file;
  file.add("linear0.weight", sand::Tensor(sand::Shape{2, 3}));
  file.add("linear0.bias", sand::Tensor(sand::Shape{3}));
  file.add("linear1.bias", sand::Tensor(sand::Shape{2}));
  file.add("head.weight", sand::Tensor(sand::Shape{1}));
  const std::string said = refusal(file, *model);
  for (const char* part : {"misshaped linear0.weight [3, 2], found [2, 3]", "missing   linear1.weight [2, 3]",
                           "unknown   \"head.weight\""})
    CHECK_MESSAGE(said.find(part) != std::string::npos, said);
  CHECK(said.find("linear0.bias") == std::string::npos);
}

TEST_CASE("With a place for the others, the tensors that fit are taken, and every other one is named") {
  const Folder folder;
  const auto written = make_model("mlp:2-3-4", sand::nn::Activation::relu, 1), read = model_of(2),
             untouched = model_of(2);
  Safetensors file = weights_file(*written);
  file.add("head.weight", sand::Tensor(sand::Shape{1}));
  file.write(folder / "file");
  std::vector<std::string> left_out;
  load_weights(folder / "file", read->parameters, [&](const std::string& line) { left_out.push_back(line); });
  const std::string type = sizeof(Scalar) == 8 ? " of F64" : " of F32";
  CHECK(left_out == std::vector<std::string>{"misshaped linear1.weight [2, 3], found [4, 3]" + type,
                                             "misshaped linear1.bias [2], found [4]" + type,
                                             "unknown   \"head.weight\""});
  const auto taken = written->parameters.numbers(), now = read->parameters.numbers(),
             drawn = untouched->parameters.numbers();
  CHECK(std::equal(now.begin(), now.begin() + 9, taken.begin()));  // linear0
  CHECK(std::equal(now.begin() + 9, now.end(), drawn.begin() + 9));
  Safetensors other;
  other.add("head.weight", sand::Tensor(sand::Shape{1}));
  other.write(folder / "other");
  CHECK_THROWS_WITH_AS(load_weights(folder / "other", read->parameters, [](const std::string&) {}),
                       doctest::Contains("weights: no tensor of the file fits the model"), Error);
}

TEST_CASE("The state of an objective in a checkpoint is no weight") {
  Safetensors file = weights_file(*model_of(1));
  file.add("objective_state", {sand::Dtype::f64, {1}, std::vector<std::byte>(8)});
  CHECK(refusal(file, *model_of(2)) == "");
}

TEST_CASE("A weight with another number of axes is misshaped") {
  const auto model = model_of(1);
  for (int axes = 0; axes <= 8; ++axes) {
    Safetensors file = weights_file(*model_of(2)), other;
    for (const auto& [name, tensor] : file.tensors())
      if (name != "linear0.bias") other.add(name, tensor);
    const std::vector<sand::Index> shape(static_cast<std::size_t>(axes), 1);
    other.add("linear0.bias", {sand::kScalarDtype, shape, std::vector<std::byte>(sizeof(Scalar))});
    const std::string said = refusal(other, *model);
    CHECK_MESSAGE(said.find("misshaped linear0.bias [3], found [") != std::string::npos, said);
    CHECK_THROWS_WITH_AS(read_block(other, "", model->parameters, model->parameters.numbers()),
                         doctest::Contains("tensor linear0.bias has the wrong shape\n    expected [3]"),
                         Error);
  }
}

TEST_CASE(
    "Weights of the other precision are accepted if exact, else the error names the first inexact one") {
  const auto model = model_of(1);
  const bool is_float = sand::kScalarDtype == sand::Dtype::f32;
  const auto in_other_precision = [&](double weight) {
    Safetensors file;
    for (const sand::Slot& slot : model->parameters.slots()) {
      sand::StoredTensor tensor{is_float ? sand::Dtype::f64 : sand::Dtype::f32, {}, {}};
      for (int axis = 0; axis < slot.shape.rank(); ++axis) tensor.shape.push_back(slot.shape[axis]);
      const std::vector<double> wide(static_cast<std::size_t>(slot.shape.size()), weight);
      const std::vector<float> narrow(wide.begin(), wide.end());
      const auto bytes = is_float ? std::as_bytes(std::span(wide)) : std::as_bytes(std::span(narrow));
      tensor.bytes.assign(bytes.begin(), bytes.end());
      file.add(slot.name, tensor);
    }
    return file;
  };
  CHECK(refusal(in_other_precision(-0.375), *model_of(2)) == "");
  if (is_float)
    CHECK(
        refusal(in_other_precision(0.1), *model_of(2)).find("found    F64 0.10000000000000001 as number 0") !=
        std::string::npos);
}

TEST_CASE("Weights that are not finite are refused") {
  const auto model = model_of(1);
  model->parameters.numbers()[4] = std::numeric_limits<Scalar>::quiet_NaN();
  CHECK(refusal(weights_file(*model), *model_of(2)).find("is not finite") != std::string::npos);
}
