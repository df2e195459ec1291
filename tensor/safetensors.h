// Named tensors in one file, in the safetensors format: the length of the header (8 bytes), the header
// (JSON), the data. Files are untrusted: every claim of the header is checked before memory is allocated for
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/scalar.h"
#include "tensor/tensor.h"

namespace sand {

/// The supported number types, all little-endian. A file with any other type is rejected.
enum class Dtype { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8 };
inline constexpr Dtype kScalarDtype = sizeof(Scalar) == 8 ? Dtype::f64 : Dtype::f32;
std::string_view dtype_name(Dtype dtype);                 ///< "F32", "BF16", "U8"
std::optional<Dtype> dtype_named(std::string_view name);  ///< nullopt for an unsupported type
Index dtype_size(Dtype dtype);                            ///< bytes of one number

/// One tensor as stored in the file, row-major.
struct StoredTensor {
  Dtype dtype = kScalarDtype;
  std::vector<Index> shape;      ///< at most eight axes
  std::vector<std::byte> bytes;  ///< the numbers of the shape, dtype_size() bytes each
};

/// The content of one file. Reading throws Error(data), with the file, the tensor, the expected and the found
/// value, unless all rules hold: the header is at most 100 MB and fits inside the file; it is one JSON object
/// in UTF-8, nested no deeper than the format requires, without duplicate names or unknown keys; every shape
/// needs as many bytes as its offsets span; the tensors cover the data without gaps or overlaps.
class Safetensors {
 public:
  using Tensors = std::map<std::string, StoredTensor, std::less<>>;

  /// Reads a regular file. Throws Error(missing) if it does not exist, Error(io) if it cannot be read.
  static Safetensors read(const std::string& path);
  /// Reads a file that is already in memory; `source` is its name in errors.
  static Safetensors parse(std::span<const std::byte> file, const std::string& source);

  /// Replaces the file at `path` atomically: a reader finds the old content or the new one, also after a
  /// crash. Equal content gives equal bytes, in whatever order it was added. Throws Error(io) and then keeps
  /// the old file.
  void write(const std::string& path) const;

  std::vector<std::byte> bytes() const;  ///< as write() writes them

  /// Adds a tensor. Throws Error(usage) if the name is taken or reserved, or if the bytes do not fit the
  /// shape.
  void add(const std::string& name, StoredTensor tensor);
  void add(const std::string& name, TensorView numbers);                     ///< as Scalar
  void add(const std::string& name, std::span<const std::int64_t> numbers);  ///< as I64, [n]

  const Tensors& tensors() const { return tensors_; }
  const StoredTensor* find(std::string_view name) const;  ///< nullptr if no tensor has that name

  /// The numbers as Scalar. Throws Error(data) if there is no such tensor, if it has more than four axes, or
  /// if Scalar cannot hold one of its numbers exactly.
  Tensor tensor(std::string_view name) const;
  /// Removes a tensor and returns it as it is stored. Throws Error(data) if there is no such tensor.
  StoredTensor take(std::string_view name);
  /// The integers of a tensor of any integer type and shape, row-major. Throws Error(data) if there is no
  /// such tensor, if its type is floating-point, or if a number exceeds 2^63 - 1.
  std::vector<std::int64_t> integers(std::string_view name) const;

  /// Free text; "__metadata__" in the header
  std::map<std::string, std::string> metadata;

 private:
  /// Fills a block with the next bytes of the file.
  using Next = std::function<void(std::span<std::byte>)>;
  static Safetensors load(const std::string& source, std::uint64_t size, const Next& next);
  const StoredTensor& require(std::string_view name) const;

  Tensors tensors_;
  std::string source_ = "(not yet written)";
};

}  // namespace sand
