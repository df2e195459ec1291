// Named tensors in one file, in the safetensors format: the length of the header (8 bytes), the header
// (JSON), the data. A file is hostile until proven good: whatever its header claims is checked before memory
// is taken for it.
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

/// The types of numbers that are read, all little-endian. A file with any other type is refused.
enum class Dtype { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8 };
inline constexpr Dtype kScalarDtype = sizeof(Scalar) == 8 ? Dtype::f64 : Dtype::f32;
std::string_view dtype_name(Dtype dtype);                 ///< "F32", "BF16", "U8"
std::optional<Dtype> dtype_named(std::string_view name);  ///< nothing for a type that is not read
Index dtype_size(Dtype dtype);                            ///< bytes of one number

/// One tensor as it lies in the file, row-major.
struct StoredTensor {
  Dtype dtype = kScalarDtype;
  std::vector<Index> shape;      ///< at most eight axes
  std::vector<std::byte> bytes;  ///< as many as the shape holds numbers, times the size of one
};

/// The content of one file. Reading throws Error(data), naming the file, the tensor, what was expected and
/// what was found, unless all of this holds: the header is at most 100 MB and lies inside the file; it is one
/// JSON object in UTF-8, nested as deep as the format asks and no deeper, without names given twice or keys
/// the format does not know; every shape holds as many bytes as its offsets span; the tensors cover the data
/// without holes and overlaps.
class Safetensors {
 public:
  using Tensors = std::map<std::string, StoredTensor, std::less<>>;

  /// Reads a regular file. Throws Error(missing) when there is none, Error(io) when it cannot be read.
  static Safetensors read(const std::string& path);
  /// Reads the bytes of a file that is in memory already; `source` is what errors call it.
  static Safetensors parse(std::span<const std::byte> file, const std::string& source);

  /// Replaces the file at `path` in one step: whoever opens it finds the old content or the new one, also
  /// after a crash. Equal content makes equal bytes, in whatever order it was added. Throws Error(io), and
  /// then leaves the old file.
  void write(const std::string& path) const;

  std::vector<std::byte> bytes() const;  ///< of the file that write() writes

  /// Adds a tensor. Throws Error(usage) for a name that is taken or reserved, and for bytes that do not fit
  /// the shape.
  void add(const std::string& name, StoredTensor tensor);
  void add(const std::string& name, TensorView numbers);                     ///< as Scalar
  void add(const std::string& name, std::span<const std::int64_t> numbers);  ///< as I64, [n]

  const Tensors& tensors() const { return tensors_; }
  const StoredTensor* find(std::string_view name) const;  ///< nullptr where there is none of that name

  /// Throws Error(data) when there is no such tensor, it has more than four axes, or a number that Scalar
  /// does not hold exactly.
  Tensor tensor(std::string_view name) const;
  /// Whole numbers of any size, row-major, whatever the shape. Throws Error(data) when there is no such
  /// tensor, its type is a floating-point one, or a number exceeds 2^63 - 1.
  std::vector<std::int64_t> integers(std::string_view name) const;

  /// free text beside the tensors; "__metadata__" in the header
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
