#include "tensor/npy.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <type_traits>

#include "tensor/digits.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/foreign_format.h"
#include "tensor/npy_header.h"
#include "tensor/safetensors_header.h"

namespace sand {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kFixed = 8;                 // bytes of the magic word and the version
constexpr std::size_t kNpyBeginning = 100;        // bytes that identify another format
constexpr std::uint64_t kMostNpyHeader = 10'000;  // bytes; numpy's own limit
constexpr std::size_t kNpyAlignment = 64;         // of the first number in a written file

/// The error for a file that is not in this format. `beginning` holds its first bytes.
Error another_format(const std::string& beginning, const std::string& source) {
  Error error = broken_npy("this is another kind of file", source);
  if (beginning.starts_with("PK\3\4"))
    return error.fact("found", "a zip, such as numpy's .npz")
        .hint("in Python: numpy.save(NEW, numpy.load(OLD)['NAME'])");
  if (beginning.size() > sizeof(std::uint64_t) && beginning[sizeof(std::uint64_t)] == '{')
    return error.fact("found", "perhaps safetensors")
        .hint("in Python: numpy.save(NEW, safetensors.numpy.load_file(OLD)['NAME'])");
  const std::string known = foreign_format(beginning).name;
  const bool is_text = std::all_of(beginning.begin(), beginning.end(), [](char letter) {
    return (letter >= ' ' && letter <= '~') || (letter >= '\t' && letter <= '\r');
  });
  if (!known.empty() || beginning.empty())
    return error.fact("found", known.empty() ? "an empty file" : known)
        .hint("in Python: numpy.save(NEW, ARRAY) writes a .npy file");
  if (is_text)
    return error.fact("found", "text").hint("in Python: numpy.save(NEW, numpy.loadtxt(OLD, delimiter=','))");
  return error.fact("expected", "\\x93NUMPY as its first bytes")
      .hint("in Python: numpy.save(NEW, ARRAY) writes a .npy file");
}

std::string text_of(double number) { return shortest(number); }
std::string text_of(float number) { return exact(number); }
template <class Whole>
std::string text_of(Whole number) {
  return std::to_string(number);
}

/// Whether `number` is all that may become of `stored`.
template <class Stored, class Number>
bool fits(Stored stored, Number number) {
  if constexpr (std::is_integral_v<Stored>)  // long double holds every number of every type
    return static_cast<long double>(stored) == static_cast<long double>(number);
  else
    return std::isfinite(number) || !std::isfinite(stored);
}

/// Converts numbers stored as `Stored`. Returns "", or the first number that does not fit.
template <class Stored, class Number>
std::string convert_from(const std::byte* bytes, std::span<Number> numbers) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes + i * sizeof stored, sizeof stored);
    numbers[i] = static_cast<Number>(stored);
    if (!fits(stored, numbers[i])) return text_of(stored) + " as number " + std::to_string(i);
  }
  return "";
}

std::vector<std::byte> bytes_with_header(Dtype dtype, const std::vector<Index>& shape,
                                         std::span<const std::byte> data) {
  check(byte_count(dtype, shape) == static_cast<Index>(data.size()), [&] {
    return Error(Fault::usage, "npy: the numbers must fit the shape, which may have at most eight axes")
        .fact("shape", printable(dtype, shape))
        .fact("found",
              std::to_string(data.size() / static_cast<std::size_t>(dtype_size(dtype))) + " numbers");
  });
  std::string header = NpyHeader{dtype, shape}.text();
  const std::size_t before = kFixed + sizeof(std::uint16_t), used = before + header.size() + 1;
  header.append((kNpyAlignment - used % kNpyAlignment) % kNpyAlignment, ' ').append("\n");
  const auto length = static_cast<std::uint16_t>(header.size());
  std::string begin(kMagic);
  begin.append("\1\0", 2).append(reinterpret_cast<const char*>(&length), sizeof length).append(header);
  std::vector<std::byte> bytes(begin.size() + data.size());
  std::memcpy(bytes.data(), begin.data(), begin.size());
  std::copy(data.begin(), data.end(), bytes.begin() + static_cast<std::ptrdiff_t>(begin.size()));
  return bytes;
}

}  // namespace

Npy Npy::read(const std::string& path) {
  InputFile file(path);
  return load(path, file.size(), [&](std::span<std::byte> block) { file.read(block); });
}

Npy Npy::parse(std::span<const std::byte> file, const std::string& source) {
  return load(source, file.size(), [rest = file](std::span<std::byte> block) mutable {
    std::copy_n(rest.begin(), block.size(), block.begin());
    rest = rest.subspan(block.size());
  });
}

Npy Npy::load(const std::string& source, std::uint64_t size, const Next& next) try {
  std::uint64_t done = 0;
  const auto take = [&](std::size_t bytes) {
    check(size - done >= bytes, [&] {
      return broken_npy("the file ends early; was it cut?", source)
          .fact("expected", "at least " + std::to_string(done + bytes) + " bytes")
          .fact("found", std::to_string(size) + " bytes");
    });
    std::string text(bytes, ' ');
    next(std::as_writable_bytes(std::span(text)));
    done += bytes;
    return text;
  };
  std::string begin = take(std::min<std::uint64_t>(size, kFixed));
  if (!begin.starts_with(kMagic)) {
    begin += take(std::min<std::uint64_t>(size - done, kNpyBeginning));
    throw another_format(begin, source);
  }
  take(kFixed - begin.size());  // throws unless there are none
  const int major = begin[kMagic.size()], minor = begin[kMagic.size() + 1];
  check(major >= 1 && major <= 3 && minor == 0, [&] {
    return broken_npy("the version must be 1.0, 2.0 or 3.0", source)
        .fact("found", std::to_string(major) + "." + std::to_string(minor));
  });
  std::uint32_t length = 0;
  const std::string stored_length = take(major == 1 ? sizeof(std::uint16_t) : sizeof length);
  std::memcpy(&length, stored_length.data(), stored_length.size());
  check(length <= kMostNpyHeader, [&] {
    return broken_npy("the header is too long", source)
        .fact("expected", "at most " + std::to_string(kMostNpyHeader) + " bytes")
        .fact("found", std::to_string(length) + " bytes");
  });
  const NpyHeader header = NpyHeader::parse(take(length), source);

  const Index expected = byte_count(header.dtype, header.shape);
  check(expected >= 0, [&] {
    return broken_npy("more numbers than a machine can address, or more than eight axes", source)
        .fact("shape", printable(header.dtype, header.shape));
  });
  check(static_cast<std::uint64_t>(expected) == size - done, [&] {
    return broken_npy(static_cast<std::uint64_t>(expected) > size - done
                          ? "the file ends early; was it cut?"
                          : "there are bytes after the numbers",
                      source)
        .fact("shape", printable(header.dtype, header.shape))
        .fact("expected", std::to_string(expected) + " bytes")
        .fact("found", std::to_string(size - done) + " bytes after the header");
  });
  Npy file;
  file.stored_ = {header.dtype, header.shape, std::vector<std::byte>(static_cast<std::size_t>(expected))};
  next(file.stored_.bytes);
  file.source_ = source;
  return file;
} catch (const std::bad_alloc&) {
  throw Error(Fault::resources, "npy: no memory for " + std::to_string(size) + " bytes").fact("file", source);
}

std::string Npy::text() const { return printable(stored_.dtype, stored_.shape); }

template <class Number>
void Npy::convert(Index first, std::span<Number> numbers) const {
  const std::byte* const bytes = stored_.bytes.data() + first * dtype_size(stored_.dtype);
  std::string misfit;
  switch (stored_.dtype) {
    case Dtype::f32: misfit = convert_from<float>(bytes, numbers); break;
    case Dtype::f64: misfit = convert_from<double>(bytes, numbers); break;
    case Dtype::i32: misfit = convert_from<std::int32_t>(bytes, numbers); break;
    case Dtype::i64: misfit = convert_from<std::int64_t>(bytes, numbers); break;
    default: misfit = convert_from<std::uint8_t>(bytes, numbers); break;
  }
  check(misfit.empty(), [&] {
    const bool is_float = std::is_same_v<Number, float>;
    return broken_npy(std::string("a number does not fit a ") + (is_float ? "float" : "double"), source_)
        .fact("array", text())
        .fact("found", misfit + (first > 0 ? " after the first " + std::to_string(first) : ""))
        .hint(is_float ? "sandgrad64 computes in double" : "in Python: numpy.save(NEW, ARRAY.astype('<f8'))");
  });
}

void Npy::copy(Index first, std::span<Scalar> numbers) const { convert(first, numbers); }

std::vector<double> Npy::doubles() const {
  std::vector<double> numbers(stored_.bytes.size() / static_cast<std::size_t>(dtype_size(stored_.dtype)));
  convert(0, std::span(numbers));
  return numbers;
}

std::vector<std::byte> npy_bytes(const std::vector<Index>& shape, std::span<const float> numbers) {
  return bytes_with_header(Dtype::f32, shape, std::as_bytes(numbers));
}

std::vector<std::byte> npy_bytes(const std::vector<Index>& shape, std::span<const double> numbers) {
  return bytes_with_header(Dtype::f64, shape, std::as_bytes(numbers));
}

std::vector<std::byte> npy_bytes(const StoredTensor& tensor) {
  constexpr Dtype kKnown[] = {Dtype::f32, Dtype::f64, Dtype::i32, Dtype::i64, Dtype::u8};
  check(std::find(std::begin(kKnown), std::end(kKnown), tensor.dtype) != std::end(kKnown), [&] {
    return Error(Fault::usage, "npy: this type of numbers is not supported")
        .fact("expected", "F32, F64, I32, I64 or U8")
        .fact("found", dtype_name(tensor.dtype));
  });
  return bytes_with_header(tensor.dtype, tensor.shape, tensor.bytes);
}

}  // namespace sand
