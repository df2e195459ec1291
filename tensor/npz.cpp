// The format: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.7 (local file header), 4.3.12 (central directory
// header) and 4.3.16 (end of central directory record).
#include "tensor/npz.h"

#include <array>
#include <span>
#include <vector>

#include "tensor/npy.h"
#include "tensor/printable.h"

namespace sand {
namespace {

constexpr std::uint64_t kMostZipBytes = 0xffffffff, kMostArrays = 0xffff, kMostZipName = 1024;

/// CRC-32 (IEEE 802.3), as in the headers of a zip.
std::uint32_t crc32(std::span<const std::byte> bytes) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> remainders{};
    for (std::uint32_t byte = 0; byte < remainders.size(); ++byte) {
      remainders[byte] = byte;
      for (int bit = 0; bit < 8; ++bit)
        remainders[byte] = remainders[byte] >> 1 ^ (remainders[byte] & 1 ? 0xedb88320u : 0);
    }
    return remainders;
  }();
  std::uint32_t crc = ~0u;
  for (const std::byte byte : bytes) crc = table[(crc ^ static_cast<unsigned>(byte)) & 0xff] ^ crc >> 8;
  return ~crc;
}

/// Numbers of two and four bytes, little-endian.
class Fields {
 public:
  Fields& two(std::uint64_t number) { return put(number, 2); }
  Fields& four(std::uint64_t number) { return put(number, 4); }
  const std::string& text() const { return text_; }

 private:
  Fields& put(std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) text_ += static_cast<char>(number >> 8 * i & 0xff);
    return *this;
  }
  std::string text_;
};

/// What both headers of a member say, from "version needed to extract" to "extra field length".
std::string described(const std::string& name, const std::vector<std::byte>& content) {
  constexpr unsigned kVersion = 20, kNamesAreUtf8 = 1 << 11, kStored = 0, kTime = 0,
                     kDay = 1 << 5 | 1;  // 1980
  return Fields()
      .two(kVersion)
      .two(kNamesAreUtf8)
      .two(kStored)
      .two(kTime)
      .two(kDay)
      .four(crc32(content))
      .four(content.size())
      .four(content.size())
      .two(name.size())
      .two(0)
      .text();
}

/// A program that unpacks the zip must not write elsewhere.
bool is_plain(const std::string& name) {
  if (name.empty() || name.size() > kMostZipName || name.front() == '/' || without_controls(name) != name)
    return false;
  return ("/" + name + "/").find("/../") == std::string::npos && name.find('\\') == std::string::npos;
}

}  // namespace

void NpzFile::add(const std::string& name, const StoredTensor& tensor) {
  check(is_plain(name), [&] {
    return Error(Fault::data, "npz: not a name for an array of a .npz file").fact("found", in_quotes(name));
  });
  check(names_.insert(name).second,
        [&] { return Error(Fault::data, "npz: two arrays of one name").fact("found", in_quotes(name)); });
  const std::vector<std::byte> content = npy_bytes(tensor);
  const std::string member = name + ".npy", both = described(member, content);
  const std::string header = Fields().four(0x04034b50).text() + both + member;
  check(names_.size() <= kMostArrays && written_ + header.size() + content.size() <= kMostZipBytes, [&] {
    return Error(Fault::usage, "npz: too large for a .npz file, of at most 4 GiB and 65535 arrays")
        .fact("array", in_quotes(name))
        .fact("bytes so far", std::to_string(written_));
  });
  // made by version 2.0 on MS-DOS; no comment, disk 0, no attributes, the place of the local header
  list_ += Fields().four(0x02014b50).two(20).text() + both +
           Fields().two(0).two(0).two(0).four(0).four(written_).text() + member;
  write(header);
  file_.write(content);
  written_ += content.size();
}

void NpzFile::commit() {
  const std::uint64_t place = written_, arrays = names_.size();
  check(place + list_.size() <= kMostZipBytes,
        [] { return Error(Fault::usage, "npz: too large for a .npz file, of at most 4 GiB"); });
  write(list_);
  write(Fields()
            .four(0x06054b50)
            .two(0)
            .two(0)
            .two(arrays)
            .two(arrays)
            .four(list_.size())
            .four(place)
            .two(0)
            .text());
  file_.commit();
}

void NpzFile::write(const std::string& text) {
  file_.write(std::as_bytes(std::span(text)));
  written_ += text.size();
}

}  // namespace sand
