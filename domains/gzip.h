// Reads a file in order and in bounded memory, and unpacks it if it is gzip data (RFC 1952). Files are
// untrusted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct z_stream_s;

namespace sand {
class InputFile;
}

namespace sand::domains {

/// The content of a file, from its beginning. Its first bytes, not its name, decide whether it is gzip data:
/// any number of members, and after the last one only zeros, which tapes and block devices add. Takes no more
/// of the file than a block beyond what was requested.
class GzipReader {
 public:
  /// The file at `path`. Throws what InputFile throws.
  explicit GzipReader(const std::filesystem::path& path);
  /// A file in memory, which must outlive it. Messages call the file `name`.
  GzipReader(std::span<const std::uint8_t> file, std::string name);
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;
  ~GzipReader();

  /// Fills `out` with the next bytes of the content, from its front. Returns their number: fewer than
  /// requested only at the end. Throws Error(data) for gzip data that are damaged, cut short or followed by
  /// other bytes, Error(io) if the file cannot be read.
  std::size_t read(std::span<std::uint8_t> out);

  bool is_gzip() const { return gzip_ != nullptr; }
  const std::string& name() const { return name_; }
  std::uint64_t size() const { return size_; }    ///< of the file, in bytes
  std::uint64_t taken() const { return taken_; }  ///< bytes of the file that were read so far
  /// The first bytes of the file, at most 100: enough to recognize another format.
  std::string_view beginning() const { return beginning_; }

  /// The content has at most as many bytes for each byte of gzip data: deflate writes a match of 258 bytes in
  /// at least 2 bits.
  static constexpr std::uint64_t kMostInflation = 1032;

 private:
  /// Fills a block with the next bytes of the file.
  using Source = std::function<void(std::span<std::uint8_t> block)>;
  GzipReader(Source source, std::uint64_t size, std::string name);
  GzipReader(const std::shared_ptr<InputFile>& file, std::string name);
  std::span<const std::uint8_t> rest() const { return std::span(block_).subspan(begin_, end_ - begin_); }
  void refill();
  std::size_t copy_into(std::span<std::uint8_t> out);
  std::size_t unpack_into(std::span<std::uint8_t> out);
  void end_member();

  Source source_;
  std::uint64_t size_;
  std::string name_;
  std::vector<std::uint8_t> block_;  // of the file
  std::size_t begin_ = 0, end_ = 0;  // the bytes of block_ that were not used yet
  std::uint64_t taken_ = 0;
  std::string beginning_;
  std::unique_ptr<z_stream_s> gzip_;  // none for other files
  bool ended_ = false;                // the last member has ended, with the right checksum
};

}  // namespace sand::domains
