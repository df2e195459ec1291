#include "tensor/safetensors_header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "tensor/printable.h"

namespace sand {
namespace {

using nlohmann::json;

constexpr std::size_t kMostKeys = 1 << 16;  // tensors and entries of metadata
constexpr std::size_t kMostAxes = 8;
constexpr const char* kMetadata = "__metadata__";

/// Reads the header while the parser runs, so that nothing nests deeper, and no list grows longer, than the
/// format allows. `place_` is the current position: an object {header} of objects {metadata, tensor}, and
/// arrays {list} in those.
class Reader final : public json::json_sax_t {
 public:
  Reader(SafetensorsHeader& header, const std::string& source) : header_(header), source_(source) {}

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) return enter(Place::header);
    if (place_ != Place::header) refuse("an object");
    fields_.clear(), shape_.clear(), offsets_.clear();
    return enter(name_ == kMetadata ? Place::metadata : Place::tensor);
  }

  bool key(std::string& key) override {
    const bool is_name = place_ == Place::header;
    if (is_name) field_.clear();
    (is_name ? name_ : field_) = key;
    std::set<std::string>& taken = is_name ? names_ : fields_;
    check(taken.insert(key).second, [&] { return wrong("a key must be given once"); });
    check(taken.size() <= kMostKeys, [&] { return wrong("at most " + std::to_string(kMostKeys) + " keys"); });
    check(place_ != Place::tensor || key == "dtype" || key == "shape" || key == "data_offsets",
          [&] { return wrong("a tensor has the keys dtype, shape and data_offsets"); });
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::metadata) return header_.metadata.emplace(field_, text).second;
    if (place_ != Place::tensor || field_ != "dtype") refuse("a string");
    const std::optional<Dtype> found = dtype_named(text);
    check(found.has_value(), [&] {
      return wrong("this type of numbers is not supported")
          .fact("expected", "F64, F32, F16, BF16, I64 to I8 or U64 to U8")
          .fact("found", in_quotes(text));
    });
    dtype_ = *found;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || field_ == "dtype") refuse("an array");
    return enter(Place::list);
  }

  bool number_unsigned(std::uint64_t number) override {
    if (place_ != Place::list) refuse("a number");
    const bool is_shape = field_ == "shape";
    const std::size_t most = is_shape ? kMostAxes : 2;
    std::vector<Index>& list = is_shape ? shape_ : offsets_;
    check(list.size() < most, [&] { return wrong("at most " + std::to_string(most) + " numbers"); });
    check(number <= PTRDIFF_MAX,
          [&] { return wrong("a number is too large").fact("found", std::to_string(number)); });
    list.push_back(static_cast<Index>(number));
    return true;
  }

  bool end_array() override { return enter(Place::tensor); }

  bool end_object() override {
    if (place_ == Place::tensor) take_tensor();
    return enter(place_ == Place::header ? Place::outside : Place::header);
  }

  bool null() override { refuse("null"); }
  bool boolean(bool) override { refuse("a boolean"); }
  bool number_integer(json::number_integer_t) override { refuse("a negative number"); }
  bool number_float(json::number_float_t, const std::string&) override { refuse("a fraction"); }
  bool binary(json::binary_t&) override { refuse("binary data"); }

  bool parse_error(std::size_t position, const std::string&, const json::exception&) override {
    throw broken_file("the header must be JSON in UTF-8", source_)
        .fact("found", "an error at byte " + std::to_string(position) + " of the header");
  }

 private:
  enum class Place { outside, header, metadata, tensor, list };

  bool enter(Place place) { return place_ = place, true; }

  Error wrong(const std::string& rule) const {
    Error error = broken_file(rule, source_).fact("tensor", in_quotes(name_));
    return field_.empty() ? error : error.fact("entry", in_quotes(field_));
  }

  [[noreturn]] void refuse(const std::string& found) const {
    std::string expected = "an object";
    if (place_ == Place::metadata || (place_ == Place::tensor && field_ == "dtype"))
      expected = "a string";
    else if (place_ == Place::tensor)
      expected = "an array";
    else if (place_ == Place::list)
      expected = "a whole number from 0";
    throw wrong("an entry has the wrong type").fact("expected", expected).fact("found", found);
  }

  void take_tensor() {
    field_.clear();
    check(fields_.size() == 3, [&] { return wrong("a tensor needs dtype, shape and data_offsets"); });
    check(offsets_.size() == 2 && offsets_[0] <= offsets_[1],
          [&] { return wrong("data_offsets must be [begin, end]"); });
    const Index expected = byte_count(dtype_, shape_);
    check(expected >= 0, [&] {
      return wrong("more numbers than a machine can address").fact("shape", printable(dtype_, shape_));
    });
    check(expected == offsets_[1] - offsets_[0], [&] {
      return wrong("data_offsets must span what the shape holds")
          .fact("shape", printable(dtype_, shape_))
          .fact("expected", std::to_string(expected) + " bytes")
          .fact("found", std::to_string(offsets_[1] - offsets_[0]) + " bytes");
    });
    header_.entries.push_back({name_, dtype_, shape_, static_cast<std::uint64_t>(offsets_[0]),
                               static_cast<std::uint64_t>(offsets_[1])});
  }

  SafetensorsHeader& header_;
  const std::string& source_;
  Place place_ = Place::outside;
  std::string name_, field_;              // the current keys
  std::set<std::string> names_, fields_;  // the keys read so far
  Dtype dtype_ = kScalarDtype;
  std::vector<Index> shape_, offsets_;
};

void check_cover(const std::vector<SafetensorsHeader::Entry>& entries, std::uint64_t data_size,
                 const std::string& source) {
  std::uint64_t end = 0;
  for (const SafetensorsHeader::Entry& entry : entries) {
    check(entry.begin == end, [&] {
      return broken_file("tensors must cover the data without holes and overlaps", source)
          .fact("tensor", in_quotes(entry.name))
          .fact("expected", "begin at byte " + std::to_string(end) + " of the data")
          .fact("found", "begin at byte " + std::to_string(entry.begin));
    });
    end = entry.end;
  }
  check(end == data_size, [&] {
    return broken_file("tensors must cover the data to the end of the file", source)
        .fact("expected", std::to_string(end) + " bytes of data")
        .fact("found", std::to_string(data_size) + " bytes");
  });
}

}  // namespace

SafetensorsHeader SafetensorsHeader::parse(const std::string& text, std::uint64_t data_size,
                                           const std::string& source) {
  // The parser would stop at a zero byte and leave the rest unread.
  check(text.starts_with('{') && text.find('\0') == std::string::npos,
        [&] { return broken_file("the header must be one JSON object", source); });
  SafetensorsHeader header;
  Reader reader(header, source);
  json::sax_parse(text, &reader);
  std::sort(header.entries.begin(), header.entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_cover(header.entries, data_size, source);
  return header;
}

std::string SafetensorsHeader::text() const try {
  std::string text;
  if (!metadata.empty()) text += "," + json(kMetadata).dump() + ":" + json(metadata).dump();
  for (const Entry& entry : entries) {
    const json value = {{"dtype", dtype_name(entry.dtype)},
                        {"shape", entry.shape},
                        {"data_offsets", {entry.begin, entry.end}}};
    text += "," + json(entry.name).dump() + ":" + value.dump();
  }
  text = "{" + text.substr(text.empty() ? 0 : 1) + "}";
  return text.append((8 - text.size() % 8) % 8, ' ');
} catch (const json::type_error&) {
  throw Error(Fault::usage, "safetensors: names and metadata must be UTF-8");
}

Index byte_count(Dtype dtype, const std::vector<Index>& shape) {
  Index bytes = dtype_size(dtype);
  for (const Index size : shape)
    if (size < 0 || __builtin_mul_overflow(bytes, size, &bytes)) return -1;
  return shape.size() <= kMostAxes ? bytes : -1;
}

Error broken_file(const std::string& rule, const std::string& source) {
  return Error(Fault::data, "safetensors: " + rule).fact("file", source);
}

std::string printable(Dtype dtype, const std::vector<Index>& shape) {
  std::string text = "[";
  for (const Index size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "] of " + std::string(dtype_name(dtype));
}

}  // namespace sand
