#include "tensor/tensor.h"

#include <algorithm>
#include <new>

namespace sand {
namespace {

constexpr std::size_t kAlignment = 64;  // a cache line, and the widest vector

Scalar* allocate_zeros(const Shape& shape) {
  const std::size_t count = static_cast<std::size_t>(shape.size());
  std::size_t bytes = 0;
  const bool fits = !__builtin_mul_overflow(count, sizeof(Scalar), &bytes) && bytes <= PTRDIFF_MAX - kAlignment;
  void* block = fits ? ::operator new(bytes, std::align_val_t{kAlignment}, std::nothrow) : nullptr;
  check(block != nullptr, [&] {
    return Error(Fault::resources, "tensor: no memory for " + shape.text() + ", " + std::to_string(count) + " numbers of " +
                                       std::to_string(sizeof(Scalar)) + " bytes");
  });
  return std::fill_n(static_cast<Scalar*>(block), count, Scalar{0}), static_cast<Scalar*>(block);
}

}  // namespace

void Tensor::Free::operator()(Scalar* block) const noexcept { ::operator delete(block, std::align_val_t{kAlignment}); }

Tensor::Tensor(const Shape& shape) : data_(allocate_zeros(shape)), shape_(shape) {}

Tensor::Tensor(const Shape& shape, std::span<const Scalar> numbers) : Tensor(shape) {
  check(static_cast<Index>(numbers.size()) == shape.size(), [&] {
    return Error(Fault::usage, "tensor: " + shape.text() + " holds " + std::to_string(shape.size()) + " numbers, found " +
                                   std::to_string(numbers.size()));
  });
  std::copy(numbers.begin(), numbers.end(), data_.get());
}

}  // namespace sand
