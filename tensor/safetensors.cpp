#include "tensor/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <new>
#include <utility>

#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/foreign_format.h"
#include "tensor/printable.h"
#include "tensor/safetensors_header.h"
#include "tensor/safetensors_numbers.h"

namespace sand {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the format is little-endian, and so is everything here");

constexpr std::uint64_t kMostHeader = 100'000'000;  // bytes; the format's own limit
constexpr std::size_t kBeginning = 100;             // bytes that identify another format

constexpr struct {
  std::string_view name;
  Index size;
} kTypes[] = {
    // in the order of Dtype
    {"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8}, {"I32", 4},
    {"I16", 2}, {"I8", 1},  {"U64", 8}, {"U32", 4},  {"U16", 2}, {"U8", 1},
};

template <class Numbers>
std::span<const std::byte> bytes_of(const Numbers& numbers) {
  return std::as_bytes(std::span(numbers));
}

}  // namespace

std::string_view dtype_name(Dtype dtype) { return kTypes[static_cast<std::size_t>(dtype)].name; }

Index dtype_size(Dtype dtype) { return kTypes[static_cast<std::size_t>(dtype)].size; }

std::optional<Dtype> dtype_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kTypes); ++i)
    if (kTypes[i].name == name) return static_cast<Dtype>(i);
  return std::nullopt;
}

Safetensors Safetensors::read(const std::string& path) {
  InputFile file(path);
  return load(path, file.size(), [&](std::span<std::byte> block) { file.read(block); });
}

Safetensors Safetensors::parse(std::span<const std::byte> file, const std::string& source) {
  return load(source, file.size(), [rest = file](std::span<std::byte> block) mutable {
    std::copy_n(rest.begin(), block.size(), block.begin());
    rest = rest.subspan(block.size());
  });
}

Safetensors Safetensors::load(const std::string& source, std::uint64_t size, const Next& next) try {
  std::uint64_t length = 0;
  check(size >= sizeof length, [&] {
    return broken_file("the file must begin with the length of its header, 8 bytes", source)
        .fact("found", std::to_string(size) + " bytes");
  });
  next(std::as_writable_bytes(std::span(&length, 1)));
  const std::uint64_t most = std::min(kMostHeader, size - sizeof length);
  std::string text(length <= most ? length : std::min<std::uint64_t>(most, kBeginning), ' ');
  next(std::as_writable_bytes(std::span(text)));
  if (length > most || !text.starts_with('{')) {
    const std::string beginning(reinterpret_cast<const char*>(&length), sizeof length);
    const ForeignFormat format = foreign_format(beginning + text.substr(0, kBeginning));
    check(format.name.empty(), [&] {
      return broken_file("this is another kind of file", source).fact("found", format.name).hint(format.hint);
    });
  }
  check(length <= most, [&] {
    return broken_file("the header must lie inside the file", source)
        .fact("expected", "at most " + std::to_string(most) + " bytes")
        .fact("found", std::to_string(length) + " bytes");
  });
  SafetensorsHeader header = SafetensorsHeader::parse(text, size - sizeof length - length, source);

  Safetensors file;
  for (SafetensorsHeader::Entry& entry : header.entries) {
    std::vector<std::byte> bytes(entry.end - entry.begin);
    next(bytes);
    file.tensors_.emplace(std::move(entry.name),
                          StoredTensor{entry.dtype, std::move(entry.shape), std::move(bytes)});
  }
  file.metadata = std::move(header.metadata);
  file.source_ = source;
  return file;
} catch (const std::bad_alloc&) {
  throw Error(Fault::resources, "safetensors: no memory for " + std::to_string(size) + " bytes")
      .fact("file", source);
}

void Safetensors::write(const std::string& path) const {
  NewFile file(path);
  file.write(bytes());
  file.commit();
}

std::vector<std::byte> Safetensors::bytes() const {
  SafetensorsHeader header{.entries = {}, .metadata = metadata};
  std::vector<std::span<const std::byte>> blocks;
  std::uint64_t begin = 0;
  for (const Index size :
       {8, 4, 2, 1})  // wide numbers first, so that every tensor starts at a multiple of its number size
    for (const auto& [name, tensor] : tensors_) {
      if (dtype_size(tensor.dtype) != size) continue;
      const std::uint64_t end = begin + tensor.bytes.size();
      header.entries.push_back({name, tensor.dtype, tensor.shape, std::exchange(begin, end), end});
      blocks.push_back(tensor.bytes);
    }
  const std::string text = header.text();
  const std::array length = {std::uint64_t{text.size()}};
  blocks.insert(blocks.begin(), {bytes_of(length), bytes_of(text)});
  std::vector<std::byte> bytes;
  bytes.reserve(sizeof length + text.size() + begin);
  for (const auto block : blocks) bytes.insert(bytes.end(), block.begin(), block.end());
  return bytes;
}

void Safetensors::add(const std::string& name, StoredTensor tensor) {
  check(name != "__metadata__" && find(name) == nullptr, [&] {
    return Error(Fault::usage, "safetensors: a name must be new").fact("tensor", in_quotes(name));
  });
  check(byte_count(tensor.dtype, tensor.shape) == static_cast<Index>(tensor.bytes.size()), [&] {
    return Error(Fault::usage, "safetensors: the bytes must fit the shape, which may have at most eight axes")
        .fact("tensor", in_quotes(name))
        .fact("shape", printable(tensor.dtype, tensor.shape))
        .fact("found", std::to_string(tensor.bytes.size()) + " bytes");
  });
  tensors_.emplace(name, std::move(tensor));
}

void Safetensors::add(const std::string& name, TensorView numbers) {
  check(bool(numbers), [&] {
    return Error(Fault::usage, "safetensors: a view of nothing").fact("tensor", in_quotes(name));
  });
  StoredTensor tensor;
  for (int axis = 0; axis < numbers.shape().rank(); ++axis) tensor.shape.push_back(numbers.shape()[axis]);
  const auto bytes = bytes_of(numbers.numbers());
  tensor.bytes.assign(bytes.begin(), bytes.end());
  add(name, std::move(tensor));
}

void Safetensors::add(const std::string& name, std::span<const std::int64_t> numbers) {
  const auto bytes = bytes_of(numbers);
  add(name, StoredTensor{Dtype::i64, {static_cast<Index>(numbers.size())}, {bytes.begin(), bytes.end()}});
}

const StoredTensor* Safetensors::find(std::string_view name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

const StoredTensor& Safetensors::require(std::string_view name) const {
  const StoredTensor* tensor = find(name);
  check(tensor != nullptr, [&] {
    std::string names;
    for (const auto& [other, stored] : tensors_)
      if (names.size() < 200) names += (names.empty() ? "" : ", ") + in_quotes(other);
    return broken_file("a tensor is missing", source_)
        .fact("expected", in_quotes(name))
        .fact("found", names.empty() ? "none" : names);
  });
  return *tensor;
}

StoredTensor Safetensors::take(std::string_view name) {
  require(name);
  return std::move(tensors_.extract(tensors_.find(name)).mapped());
}

Tensor Safetensors::tensor(std::string_view name) const {
  const StoredTensor& stored = require(name);
  check(stored.shape.size() <= Shape::kMaxRank, [&] {
    return broken_file("at most four axes", source_)
        .fact("tensor", in_quotes(name))
        .fact("found", printable(stored.dtype, stored.shape));
  });
  Tensor tensor{Shape(stored.shape)};
  if (stored.dtype == kScalarDtype) {  // every bit, also of NaN
    std::copy(stored.bytes.begin(), stored.bytes.end(),
              std::as_writable_bytes(tensor.span().numbers()).begin());
    return tensor;
  }
  const std::string misfit = copy_exactly(stored, tensor.span().numbers());
  check(misfit.empty(), [&] {
    return broken_file("a number does not fit", source_)
        .fact("tensor", in_quotes(name))
        .fact("expected", std::string(dtype_name(kScalarDtype)) + ", or what it holds exactly")
        .fact("found", misfit)
        .hint(kScalarDtype == Dtype::f32
                  ? "sandgrad64 reads F64; to round on purpose, write the file anew as F32 (torch: .float())"
                  : "write the file anew as F64");
  });
  return tensor;
}

std::vector<std::int64_t> Safetensors::integers(std::string_view name) const {
  const StoredTensor& stored = require(name);
  std::vector<std::int64_t> numbers(stored.bytes.size() / static_cast<std::size_t>(dtype_size(stored.dtype)));
  const std::string misfit = copy_exactly(stored, numbers);
  check(misfit.empty(), [&] {
    return broken_file("whole numbers are needed", source_)
        .fact("tensor", in_quotes(name))
        .fact("expected", "I64, or a smaller type of whole numbers")
        .fact("found", misfit)
        .hint("torch: .long(); numpy: .astype('int64')");
  });
  return numbers;
}

}  // namespace sand
