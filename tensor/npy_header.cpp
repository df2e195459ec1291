#include "tensor/npy_header.h"

#include <charconv>
#include <cstdint>
#include <set>

#include "tensor/printable.h"

namespace sand {
namespace {

constexpr struct {
  std::string_view descr;
  Dtype dtype;
} kNpyTypes[] = {
    {"<f4", Dtype::f32}, {"<f8", Dtype::f64}, {"<i4", Dtype::i32}, {"<i8", Dtype::i64}, {"|u1", Dtype::u8}};

/// What a type that is not supported stands for; "" if unknown.
std::string meaning_of(std::string_view descr) {
  if (descr.starts_with('>')) return "big-endian";
  switch (descr.size() > 1 ? descr[1] : '\0') {
    case 'b': return "truth values";
    case 'i': return "integers of another size";
    case 'u': return "integers without sign";
    case 'f': return "floating-point numbers of another size";
    case 'c': return "complex numbers";
    case 'O': return "a pickle of objects, which could run any code";
    case 'S':
    case 'a':
    case 'U': return "text";
    case 'M':
    case 'm': return "dates or times";
    case 'V': return "raw bytes";
    default: return "";
  }
}

/// Reads the dictionary from the left. Throws at the first letter that does not fit.
class Parser {
 public:
  Parser(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  NpyHeader dictionary() {
    expect('{');
    for (bool first = true; !next_is('}'); first = false) {
      if (!first) {
        expect(',');
        if (next_is('}')) break;
      }
      entry();
    }
    expect('}');
    skip_blanks();
    check(at_ == text_.size(), [&] { return broken(); });
    check(keys_.size() == 3, [&] { return wrong_keys("only " + std::to_string(keys_.size()) + " of them"); });
    return std::move(header_);
  }

 private:
  void entry() {
    const std::string key = string();
    check(key == "descr" || key == "fortran_order" || key == "shape",
          [&] { return wrong_keys(in_quotes(key)); });
    check(keys_.insert(key).second, [&] { return wrong_keys(in_quotes(key) + " twice"); });
    expect(':');
    if (key == "descr")
      header_.dtype = dtype();
    else if (key == "shape")
      header_.shape = shape();
    else
      check_order();
  }

  Dtype dtype() {
    check(!next_is('['), [&] {
      return broken_npy("this type of numbers is not supported", source_)
          .fact("expected", kExpected)
          .fact("found", "records with several fields")
          .hint("in Python: numpy.save(NEW, ARRAY['FIELD']) for each field");
    });
    const std::string descr = string();
    for (const auto& type : kNpyTypes)
      if (type.descr == descr) return type.dtype;
    const std::string meaning = meaning_of(descr);
    throw broken_npy("this type of numbers is not supported", source_)
        .fact("expected", kExpected)
        .fact("found", in_quotes(descr) + (meaning.empty() ? "" : ", " + meaning))
        .hint(std::string("in Python: numpy.save(NEW, ARRAY.astype('") +
              (descr.size() > 1 && std::string_view("biu").find(descr[1]) != std::string_view::npos ? "<i8"
                                                                                                    : "<f8") +
              "'))");
  }

  void check_order() {
    const bool is_fortran = next_is('T');
    for (const char letter : std::string_view(is_fortran ? "True" : "False")) {
      check(at_ < text_.size() && text_[at_] == letter, [&] { return broken(); });
      ++at_;
    }
    check(!is_fortran, [&] {
      return broken_npy("the numbers must be in C order, the last axis first", source_)
          .fact("expected", "fortran_order False")
          .fact("found", "fortran_order True")
          .hint("in Python: numpy.save(NEW, numpy.ascontiguousarray(ARRAY))");
    });
  }

  /// "()", "(3,)", "(3, 4)"
  std::vector<Index> shape() {
    std::vector<Index> sizes;
    expect('(');
    while (!next_is(')')) {
      sizes.push_back(size());
      const bool is_last = next_is(')') && sizes.size() > 1;
      if (!is_last) expect(',');
    }
    expect(')');
    return sizes;
  }

  Index size() {
    check(!next_is('-'), [&] { return broken_npy("a size in the shape is negative", source_); });
    const char* const first = text_.data() + at_;
    std::uint64_t size = 0;
    const auto parsed = std::from_chars(first, text_.data() + text_.size(), size);
    const std::string_view digits(first, static_cast<std::size_t>(parsed.ptr - first));
    check(!digits.empty(), [&] { return broken(); });
    check(parsed.ec == std::errc() && size <= PTRDIFF_MAX, [&] {
      return broken_npy("a size in the shape is too large", source_).fact("found", in_quotes(digits));
    });
    check(digits[0] != '0' || digits.size() == 1, [&] { return broken(); });  // Python refuses 007, too
    at_ += digits.size();
    return static_cast<Index>(size);
  }

  std::string string() {
    const char quote = next_is('"') ? '"' : '\'';
    expect(quote);
    const std::size_t end = text_.find(quote, at_);
    const std::string_view inner = text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    check(end != std::string_view::npos && inner.find_first_of("\\\n") == std::string_view::npos,
          [&] { return broken(); });
    at_ = end + 1;
    return std::string(inner);
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  bool next_is(char letter) {
    skip_blanks();
    return at_ < text_.size() && text_[at_] == letter;
  }
  void expect(char letter) {
    check(next_is(letter), [&] { return broken(); });
    ++at_;
  }

  Error broken() const {
    return broken_npy("the header must be the text of a dictionary", source_)
        .fact("expected", "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }")
        .fact("found", "an error at byte " + std::to_string(at_) + " of the header");
  }
  Error wrong_keys(const std::string& found) const {
    return broken_npy("the header must have the keys descr, fortran_order and shape", source_)
        .fact("found", found);
  }

  static constexpr const char* kExpected = "'<f4', '<f8', '<i4', '<i8' or '|u1'";

  std::string_view text_;
  const std::string& source_;
  std::size_t at_ = 0;
  std::set<std::string> keys_;
  NpyHeader header_{kScalarDtype, {}};
};

}  // namespace

NpyHeader NpyHeader::parse(std::string_view text, const std::string& source) {
  return Parser(text, source).dictionary();
}

std::string NpyHeader::text() const {
  std::string descr, sizes;
  for (const auto& type : kNpyTypes)
    if (type.dtype == dtype) descr = type.descr;
  for (const Index size : shape) sizes += (sizes.empty() ? "" : " ") + std::to_string(size) + ",";
  if (shape.size() > 1) sizes.pop_back();
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
}

Error broken_npy(const std::string& rule, const std::string& source) {
  return Error(Fault::data, "npy: " + rule).fact("file", source);
}

}  // namespace sand
