// One array of numbers in one file, in numpy's .npy format: a magic word, a version, the length of the
// header, the header (the text of a Python dictionary), the numbers. Files are untrusted: every claim of the
// header is checked before memory is allocated for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tensor/safetensors.h"
#include "tensor/scalar.h"

namespace sand {

/// The content of one file, row-major. Reading throws Error(data), with the file, the expected and the found
/// value, unless all rules hold: version 1.0, 2.0 or 3.0; a header of at most 10,000 bytes, as numpy allows,
/// with exactly descr, fortran_order and shape; numbers of type '<f4', '<f8', '<i4', '<i8' or '|u1', in C
/// order; at most eight axes; the numbers fill the rest of the file. Objects, which are pickles, are never
/// read.
class Npy {
 public:
  /// Reads a regular file. Throws Error(missing) if it does not exist, Error(io) if it cannot be read.
  static Npy read(const std::string& path);
  /// Reads a file that is already in memory; `source` is its name in errors.
  static Npy parse(std::span<const std::byte> file, const std::string& source);

  const std::vector<Index>& shape() const { return stored_.shape; }
  Dtype dtype() const { return stored_.dtype; }
  std::string text() const;  ///< "[2, 3] of F64"

  /// Fills `numbers` from number `first` of the array on. In the float program it rounds F64 to the nearest
  /// float, since numpy makes F64 unless told otherwise. Throws Error(data) for a number that would become
  /// infinite, and for an integer that Scalar cannot hold exactly. Requires first + n <= numbers of the
  /// array.
  void copy(Index first, std::span<Scalar> numbers) const;
  /// All numbers. Throws Error(data) for an integer that double cannot hold exactly.
  std::vector<double> doubles() const;
  StoredTensor take() { return std::move(stored_); }  ///< as it is stored; ends this object

 private:
  /// Fills a block with the next bytes of the file.
  using Next = std::function<void(std::span<std::byte>)>;
  static Npy load(const std::string& source, std::uint64_t size, const Next& next);
  template <class Number>
  void convert(Index first, std::span<Number> numbers) const;

  StoredTensor stored_;
  std::string source_;
};

/// The bytes of a file (tensor/file.h), of version 1.0 with '<f4' or '<f8'. Throws Error(usage) unless the
/// numbers fit the shape, of at most eight axes.
std::vector<std::byte> npy_bytes(const std::vector<Index>& shape, std::span<const float> numbers);
std::vector<std::byte> npy_bytes(const std::vector<Index>& shape, std::span<const double> numbers);
/// The same for a tensor of F32, F64, I32, I64 or U8; throws Error(usage) for any other type.
std::vector<std::byte> npy_bytes(const StoredTensor& tensor);

}  // namespace sand
