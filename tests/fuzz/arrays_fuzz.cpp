// libFuzzer: arrays() takes any three tensors of a .npy folder and returns domains of finite inputs, or
// throws sand::Error, and nothing else. The first bytes choose types and shapes, the others are the numbers.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "domains/tables/arrays.h"
#include "tensor/error.h"

namespace {

using namespace sand;

/// A tensor of at most 64 numbers whose bytes are the next of the input.
StoredTensor next_tensor(std::span<const std::uint8_t>& rest) {
  constexpr Dtype kTypes[] = {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::u8};
  StoredTensor tensor;
  if (rest.size() < 3) return tensor;
  tensor.dtype = kTypes[rest[0] % 5];
  Index numbers = 1;
  for (unsigned axis = 0; axis < rest[1] % 5u; ++axis) {
    tensor.shape.push_back((rest[2] >> (2 * axis)) & 3);
    numbers *= tensor.shape.back();
  }
  rest = rest.subspan(3);
  tensor.bytes.resize(static_cast<std::size_t>(numbers * dtype_size(tensor.dtype)));
  const std::size_t count = std::min(rest.size(), tensor.bytes.size());
  std::copy_n(std::as_bytes(rest).begin(), count, tensor.bytes.begin());
  rest = rest.subspan(count);
  return tensor;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::span<const std::uint8_t> rest(data + 1, size - 1);
  domains::Arrays tensors{next_tensor(rest), next_tensor(rest), next_tensor(rest)};
  const auto task = (data[0] & 1) != 0 ? domains::TableTask::regress : domains::TableTask::classify;
  try {
    const domains::DataSet set = domains::arrays(std::move(tensors), "fuzz", {.task = task});
    std::vector<Scalar> input(static_cast<std::size_t>(set.example.size()));
    for (const domains::Domain& domain : set.domains)
      for (std::uint32_t example = 0; example < domain.size(); ++example) {
        domain.read(example, input);
        for (const Scalar number : input)
          if (!std::isfinite(number)) std::abort();
        if (!domain.labels.empty() && domain.labels[example] >= set.classes) std::abort();
      }
  } catch (const Error& error) {
    if (error.what()[0] == '\0') std::abort();
  }
  return 0;
}
