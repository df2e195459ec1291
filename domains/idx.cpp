#include "domains/idx.h"

#include <algorithm>
#include <array>

#include "domains/gzip.h"
#include "tensor/error.h"
#include "tensor/foreign_format.h"

namespace sand::domains {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;  // of a file, and of its content
constexpr const char* kFetchAgain = "fetch the file again: it was cut short or damaged in transfer";

Error broken(const std::string& rule, const std::string& name, const std::string& expected,
             const std::string& found) {
  Error error(Fault::data, "idx: " + rule);
  error.fact("file", name).fact("expected", expected).fact("found", found);
  return error;
}

void refuse_large(std::uint64_t bytes, const std::string& name) {
  check(bytes <= kMostBytes, [&] {
    return broken("the file is too large", name, "at most 1 GiB", std::to_string(bytes) + " bytes")
        .hint("cut it into smaller files");
  });
}

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += ' ';
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

/// Reads and checks the magic number and the sizes: 4 bytes each, most significant byte first.
std::vector<Index> parse_header(GzipReader& content, const std::string& name, int rank) {
  std::array<std::uint8_t, 4 * (1 + 4)> room{};
  const std::span<std::uint8_t> header = std::span(room).first(4 * (1 + static_cast<std::size_t>(rank)));
  const std::size_t found = content.read(header);
  check(found == header.size(), [&] {
    return broken("the file ends within its header", name, std::to_string(header.size()) + " bytes of header",
                  std::to_string(found) + " bytes in all")
        .hint(kFetchAgain);
  });

  const std::array<std::uint8_t, 4> magic{0, 0, 8, static_cast<std::uint8_t>(rank)};  // type 8: unsigned byte
  check(std::equal(magic.begin(), magic.end(), header.begin()), [&] {
    const bool is_idx = header[0] == 0 && header[1] == 0;
    const std::string format = foreign_format(content.is_gzip() ? "" : content.beginning()).name;
    return broken("the file must begin with the magic number of unsigned bytes with " + std::to_string(rank) +
                      " axes",
                  name, hexadecimal(magic), hexadecimal(header.first(4)))
        .hint(!format.empty() ? "this is " + format
              : !is_idx ? "this is not an IDX file: look at how it begins; an error page may have been saved "
                          "in its place"
              : header[2] != 8 ? "only unsigned bytes (third byte 08) can be read: convert the file"
                               : "images have 3 axes and labels have 1: two files may have been swapped");
  });

  std::vector<Index> sizes;
  for (std::size_t at = 4; at < header.size(); at += 4)
    sizes.push_back(Index{header[at]} << 24 | Index{header[at + 1]} << 16 | Index{header[at + 2]} << 8 |
                    Index{header[at + 3]});
  return sizes;
}

std::string text(const std::vector<Index>& sizes) {
  std::string product;
  for (const Index size : sizes) product += (product.empty() ? "" : " x ") + std::to_string(size);
  return product;
}

Idx parse(GzipReader& content, int rank) {
  const std::string& name = content.name();
  Idx idx{parse_header(content, name, rank), {}};

  std::uint64_t size = 1;
  for (const Index axis : idx.sizes) {
    size *= static_cast<std::uint64_t>(axis);  // below 2^30 * 2^32: no overflow
    check(size >= 1 && size <= kMostBytes, [&] {
      return broken("the sizes in the header are out of range", name,
                    "at least 1 on every axis and at most 1 GiB in all", text(idx.sizes))
          .hint(kFetchAgain);
    });
  }

  const std::uint64_t header = 4 + 4 * idx.sizes.size();
  const auto cut_short = [&](const std::string& found) {
    return broken("the file ends before its data does", name,
                  std::to_string(size) + " bytes (" + text(idx.sizes) + ") after a header of " +
                      std::to_string(header),
                  found)
        .hint(kFetchAgain);
  };
  check(header + size <= content.size() * (content.is_gzip() ? GzipReader::kMostInflation : 1),
        [&] { return cut_short("a file of " + std::to_string(content.size()) + " bytes"); });
  idx.bytes.resize(size);
  const std::size_t found = content.read(idx.bytes);
  check(found == size, [&] { return cut_short(std::to_string(found) + " bytes"); });

  std::uint8_t extra = 0;
  check(content.read({&extra, 1}) == 0, [&] {
    return broken("the file has bytes after its data", name,
                  "its end after " + std::to_string(size) + " bytes (" + text(idx.sizes) + ")", "more bytes")
        .hint(kFetchAgain);
  });
  return idx;
}

void check_rank(int rank) {
  check(rank >= 1 && rank <= 4,
        [&] { return Error(Fault::usage, "idx: expected 1 to 4 axes, found " + std::to_string(rank)); });
}

}  // namespace

Idx parse_idx(std::span<const std::uint8_t> file, const std::string& name, int rank) {
  check_rank(rank);
  refuse_large(file.size(), name);
  GzipReader content(file, name);
  return parse(content, rank);
}

Idx read_idx(const std::filesystem::path& path, int rank) {
  check_rank(rank);
  GzipReader content(path);
  refuse_large(content.size(), content.name());
  return parse(content, rank);
}

}  // namespace sand::domains
