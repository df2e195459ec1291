#include "domains/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <new>
#include <utility>

#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

constexpr std::size_t kGzipBlock = 1 << 16, kGzipBeginning = 100;  // bytes
constexpr std::size_t kMostAtOnce = 1 << 30;                       // zlib counts in 32 bits

bool begins_gzip(std::span<const std::uint8_t> bytes) {
  return bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

Error broken_gzip(const std::string& rule, const std::string& name, const std::string& expected,
                  const std::string& found) {
  return Error(Fault::data, "gzip: " + rule)
      .fact("file", name)
      .fact("expected", expected)
      .fact("found", found)
      .hint("fetch the file again: it was cut short or damaged in transfer");
}

}  // namespace

GzipReader::GzipReader(const std::filesystem::path& path)
    : GzipReader(std::make_shared<InputFile>(path.string()), printable(path.native())) {}

GzipReader::GzipReader(const std::shared_ptr<InputFile>& file, std::string name)
    : GzipReader([file](std::span<std::uint8_t> block) { file->read(std::as_writable_bytes(block)); },
                 file->size(), std::move(name)) {}

GzipReader::GzipReader(std::span<const std::uint8_t> file, std::string name)
    : GzipReader(
          [rest = file](std::span<std::uint8_t> block) mutable {
            std::copy_n(rest.begin(), block.size(), block.begin());
            rest = rest.subspan(block.size());
          },
          file.size(), std::move(name)) {}

GzipReader::GzipReader(Source source, std::uint64_t size, std::string name)
    : source_(std::move(source)), size_(size), name_(std::move(name)), block_(kGzipBlock) {
  refill();
  beginning_.assign(rest().begin(),
                    rest().begin() + static_cast<std::ptrdiff_t>(std::min(end_, kGzipBeginning)));
  if (!begins_gzip(rest())) return;
  auto gzip = std::make_unique<z_stream>();
  // the largest window, and header and checksum of gzip, not zlib
  constexpr int kGzipOnly = 15 + 16;
  if (inflateInit2(gzip.get(), kGzipOnly) != Z_OK) throw std::bad_alloc();
  gzip_ = std::move(gzip);
}

GzipReader::~GzipReader() {
  if (gzip_) inflateEnd(gzip_.get());
}

std::size_t GzipReader::read(std::span<std::uint8_t> out) {
  return gzip_ ? unpack_into(out) : copy_into(out);
}

/// Moves the unused bytes to the front of the block and fills the block up.
void GzipReader::refill() {
  std::copy(rest().begin(), rest().end(), block_.begin());
  end_ -= std::exchange(begin_, 0);
  const std::size_t count = std::min<std::uint64_t>(block_.size() - end_, size_ - taken_);
  source_(std::span(block_).subspan(end_, count));
  end_ += count;
  taken_ += count;
}

std::size_t GzipReader::copy_into(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    if (begin_ == end_) refill();
    const std::size_t count = std::min(out.size() - done, end_ - begin_);
    if (count == 0) break;
    std::copy_n(rest().begin(), count, out.begin() + static_cast<std::ptrdiff_t>(done));
    begin_ += count;
    done += count;
  }
  return done;
}

std::size_t GzipReader::unpack_into(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size() && !ended_) {
    if (begin_ == end_) refill();
    const std::size_t given = end_ - begin_, room = std::min(out.size() - done, kMostAtOnce);
    gzip_->next_in = block_.data() + begin_;
    gzip_->avail_in = static_cast<uInt>(given);
    gzip_->next_out = out.data() + done;
    gzip_->avail_out = static_cast<uInt>(room);
    const int code = inflate(gzip_.get(), Z_NO_FLUSH);
    begin_ += given - gzip_->avail_in;
    done += room - gzip_->avail_out;
    if (code == Z_MEM_ERROR) throw std::bad_alloc();
    check(code != Z_BUF_ERROR, [&] {  // nothing to read and nothing to write
      return broken_gzip("the data end too early", name_, "the end of the compressed data and its checksum",
                         "the end of the file after " + std::to_string(taken_) + " bytes");
    });
    check(code == Z_OK || code == Z_STREAM_END, [&] {
      return broken_gzip("the data are damaged", name_, "what gzip can unpack",
                         gzip_->msg != nullptr ? gzip_->msg : "a zlib error");
    });
    if (code == Z_STREAM_END) end_member();
  }
  return done;
}

void GzipReader::end_member() {
  if (end_ - begin_ < 2) refill();
  ended_ = !begins_gzip(rest());
  if (!ended_) {
    inflateReset(gzip_.get());
    return;
  }
  do {
    check(std::all_of(rest().begin(), rest().end(), [](std::uint8_t byte) { return byte == 0; }), [&] {
      return broken_gzip("other bytes follow the compressed data", name_, "the end of the file, or zeros",
                         "more bytes");
    });
    begin_ = end_;
    refill();
  } while (begin_ != end_);
}

}  // namespace sand::domains
