#include "experiments/parameter_file.h"

#include <doctest/doctest.h>

#include <limits>

#include "tensor/error.h"
#include "tests/experiments/folder.h"

using sand::Error;
using sand::Safetensors;
using sand::Scalar;
using namespace sand::experiments;

namespace {

/// linear0.weight [3, 2], linear0.bias [3], linear1.weight [2, 3], linear1.bias [2]
std::unique_ptr<Model> model_of(std::uint64_t seed) { return make_model("mlp:2-3-2", sand::nn::Activation::relu, seed); }

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

TEST_CASE("Weights that were written are loaded, and a checkpoint's other tensors are passed over") {
  const auto written = model_of(1), read = model_of(2);
  Safetensors file = weights_file(*written);
  write_block(file, "adam_m.", written->parameters, written->parameters.numbers().data());
  const std::int64_t steps[] = {3};
  file.add("adam_t", std::span<const std::int64_t>(steps));
  CHECK(refusal(file, *read) == "");
  const auto a = written->parameters.numbers(), b = read->parameters.numbers();
  CHECK(std::equal(a.begin(), a.end(), b.begin()));
}

TEST_CASE("A file that does not fit the model is refused with every tensor that is missing, misshaped or unknown") {
  const auto model = model_of(1);
  Safetensors file;
  file.add("linear0.weight", sand::Tensor(sand::Shape{2, 3}));
  file.add("linear0.bias", sand::Tensor(sand::Shape{3}));
  file.add("linear1.bias", sand::Tensor(sand::Shape{2}));
  file.add("head.weight", sand::Tensor(sand::Shape{1}));
  const std::string said = refusal(file, *model);
  for (const char* part : {"misshaped linear0.weight [3, 2], found [2, 3]", "missing   linear1.weight [2, 3]", "unknown   \"head.weight\""})
    CHECK_MESSAGE(said.find(part) != std::string::npos, said);
  CHECK(said.find("linear0.bias") == std::string::npos);
}

TEST_CASE("Weights of another type, or that are no numbers, are refused") {
  const auto model = model_of(1);
  Safetensors file = weights_file(*model);
  Safetensors other;
  for (const auto& [name, tensor] : file.tensors()) {
    const sand::Dtype dtype = sand::kScalarDtype == sand::Dtype::f32 ? sand::Dtype::f64 : sand::Dtype::f32;
    other.add(name, {dtype, tensor.shape, std::vector<std::byte>(tensor.bytes.size() / sizeof(Scalar) * sand::dtype_size(dtype))});
  }
  CHECK(refusal(other, *model).find("another type of numbers") != std::string::npos);
  model->parameters.numbers()[4] = std::numeric_limits<Scalar>::quiet_NaN();
  const Safetensors broken = weights_file(*model);
  CHECK(refusal(broken, *model_of(2)).find("is not finite") != std::string::npos);
}
