// Any bytes, read as a JPEG: the result is a tidy copy, which is tidy itself, or a phrase with the reason.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "domains/exif.h"
#include "domains/jpeg_stream.h"
#include "domains/png_chunks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sand::domains;
  if (size < 8) return 0;
  static std::vector<std::byte> room(64 << 20);
  const std::span<const std::uint8_t> file(data, size);
  png_header(file);
  png_damage(file);
  if (const int orientation = exif_orientation(file); orientation < 1 || orientation > 8) std::abort();
  const JpegHeader header = jpeg_header(file);
  if (header.failure != nullptr || std::int64_t{header.width} * header.height > 4'000'000) return 0;
  DecoderMemory memory(room);
  const TidyJpeg once = tidy_jpeg(file, header, memory);
  if (once.failure != nullptr) return 0;
  const JpegHeader same = jpeg_header(once.stream);
  if (same.failure != nullptr || same.width != header.width || same.count != header.count ||
      same.transform != header.transform)
    std::abort();
  const TidyJpeg twice = tidy_jpeg(once.stream, same, memory);
  if (twice.failure != nullptr ||
      !std::equal(once.stream.begin(), once.stream.end(), twice.stream.begin(), twice.stream.end()))
    std::abort();
  return 0;
}
