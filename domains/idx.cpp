#include "domains/idx.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/foreign_format.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;  // of a file, and of its content
constexpr std::uint64_t kMostInflation = 1032;  // deflate writes a match of 258 bytes in at least 2 bits
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

bool begins_gzip(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/// Reads the bytes of a file in order and decompresses gzip (RFC 1952): any number of members, and after the
/// last one only zeros, which tapes and block devices add. Decompresses no more than requested.
class Content {
 public:
  Content(std::span<const std::uint8_t> file, const std::string& name)
      : file_(file), name_(name), zipped_(begins_gzip(file)) {
    if (!zipped_) return;
    // the largest window, and header and checksum of gzip, not zlib
    constexpr int kGzipOnly = 15 + 16;
    if (inflateInit2(&gzip_, kGzipOnly) != Z_OK) throw std::bad_alloc();
    gzip_.next_in = const_cast<Bytef*>(file.data());  // zlib only reads it
    gzip_.avail_in = static_cast<uInt>(file.size());
  }
  ~Content() {
    if (zipped_) inflateEnd(&gzip_);
  }
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  /// The first bytes of a raw file: enough to recognize another format.
  std::string_view beginning() const {
    return zipped_ ? ""
                   : std::string_view(reinterpret_cast<const char*>(file_.data()),
                                      std::min<std::size_t>(file_.size(), 100));
  }

  /// An upper bound on the bytes of the whole content.
  std::uint64_t most() const { return file_.size() * (zipped_ ? kMostInflation : 1); }

  /// Fills `out` from its front. Returns the number of bytes: fewer than requested only at the end.
  std::size_t take(std::span<std::uint8_t> out) { return zipped_ ? inflate_into(out) : copy_into(out); }

  /// Bytes after the gzip data that belong to no member.
  std::size_t unread() const { return gzip_.avail_in; }

 private:
  std::size_t copy_into(std::span<std::uint8_t> out) {
    const std::size_t count = std::min(out.size(), file_.size() - taken_);
    std::copy_n(file_.begin() + static_cast<std::ptrdiff_t>(taken_), count, out.begin());
    taken_ += count;
    return count;
  }

  std::size_t inflate_into(std::span<std::uint8_t> out) {
    gzip_.next_out = out.data();
    gzip_.avail_out = static_cast<uInt>(out.size());
    while (gzip_.avail_out > 0 && !ended_) {
      const int code = inflate(&gzip_, Z_NO_FLUSH);
      if (code == Z_MEM_ERROR) throw std::bad_alloc();
      check(code != Z_BUF_ERROR, [&] {
        return broken("the gzip data ends too early", name_,
                      "the end of the compressed data and its checksum",
                      "the end of the file after " + std::to_string(file_.size()) + " bytes")
            .hint(kFetchAgain);
      });
      check(code == Z_OK || code == Z_STREAM_END, [&] {
        return broken("the gzip data is damaged", name_, "what gzip can unpack",
                      gzip_.msg != nullptr ? gzip_.msg : "a zlib error")
            .hint(kFetchAgain);
      });
      if (code == Z_STREAM_END) end_member();
    }
    return out.size() - gzip_.avail_out;
  }

  void end_member() {
    const std::span<const std::uint8_t> rest(gzip_.next_in, gzip_.avail_in);
    ended_ = !begins_gzip(rest);
    if (!ended_) inflateReset(&gzip_);  // keeps its position in the file
    if (std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0; }))
      gzip_.avail_in = 0;
  }

  std::span<const std::uint8_t> file_;
  const std::string& name_;
  bool zipped_;
  std::size_t taken_ = 0;  // of a raw file
  z_stream gzip_{};
  bool ended_ = false;  // the last member has ended, with the right checksum
};

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
std::vector<Index> parse_header(Content& content, const std::string& name, int rank) {
  std::array<std::uint8_t, 4 * (1 + 4)> room{};
  const std::span<std::uint8_t> header = std::span(room).first(4 * (1 + static_cast<std::size_t>(rank)));
  const std::size_t found = content.take(header);
  check(found == header.size(), [&] {
    return broken("the file ends within its header", name, std::to_string(header.size()) + " bytes of header",
                  std::to_string(found) + " bytes in all")
        .hint(kFetchAgain);
  });

  const std::array<std::uint8_t, 4> magic{0, 0, 8, static_cast<std::uint8_t>(rank)};  // type 8: unsigned byte
  check(std::equal(magic.begin(), magic.end(), header.begin()), [&] {
    const bool is_idx = header[0] == 0 && header[1] == 0;
    const std::string format = foreign_format(content.beginning()).name;
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

}  // namespace

Idx parse_idx(std::span<const std::uint8_t> file, const std::string& name, int rank) {
  check(rank >= 1 && rank <= 4,
        [&] { return Error(Fault::usage, "idx: expected 1 to 4 axes, found " + std::to_string(rank)); });
  refuse_large(file.size(), name);
  Content content(file, name);
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
  check(header + size <= content.most(),
        [&] { return cut_short("a file of " + std::to_string(file.size()) + " bytes"); });
  idx.bytes.resize(size);
  const std::size_t found = content.take(idx.bytes);
  check(found == size, [&] { return cut_short(std::to_string(found) + " bytes"); });

  std::uint8_t extra = 0;
  check(content.take({&extra, 1}) == 0 && content.unread() == 0, [&] {
    return broken("the file has bytes after its data", name,
                  "its end after " + std::to_string(size) + " bytes (" + text(idx.sizes) + ")", "more bytes")
        .hint(kFetchAgain);
  });
  return idx;
}

Idx read_idx(const std::filesystem::path& path, int rank) {
  const std::string name = printable(path.native());
  InputFile file(path.string());
  refuse_large(file.size(), name);
  std::vector<std::uint8_t> bytes(file.size());
  file.read(std::as_writable_bytes(std::span(bytes)));
  return parse_idx(bytes, name, rank);
}

}  // namespace sand::domains
