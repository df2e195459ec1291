// The only file that uses stb_image.
#include "domains/decode_rgb.h"

#include "domains/image_format.h"
#include "domains/jpeg_header.h"
#include "domains/jpeg_stream.h"
#include "domains/png_chunks.h"

namespace {

// stb_image's allocation hooks have no context argument. decode_rgb sets this while it runs, in a process
// with one thread.
sand::domains::DecoderMemory* arena = nullptr;

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_NO_THREAD_LOCALS
#define STBI_ONLY_JPEG
#define STBI_ONLY_PNG
#define STBI_MAX_DIMENSIONS (1 << 16)
#define STBI_ASSERT(x) ((x) ? void() : __builtin_trap())
#define STBI_MALLOC(bytes) arena->take(bytes)
#define STBI_REALLOC_SIZED(block, old_bytes, bytes) arena->resize(block, old_bytes, bytes)
#define STBI_FREE(block) arena->give_back(block)
#include <stb/stb_image.h>

namespace sand::domains {
namespace {

constexpr std::size_t kSlack = 1 << 20;  // for stb_image's own state and small blocks

Rgb failed(const char* why) {
  Rgb none;
  none.failure = why;
  return none;
}

/// Whether stb_image returns these samples as stored. They are then converted to RGB in place.
bool as_stored(const PngHeader& png) { return !png.palette && png.channels >= 3; }

/// Converts the samples of an image with three or more channels to RGB of 8 bits, in place.
template <class Sample>
const std::uint8_t* to_rgb(Sample* samples, const Rgb& image, int channels) {
  if (samples == nullptr) return nullptr;
  auto* rgb = reinterpret_cast<std::uint8_t*>(samples);
  const Sample* end = samples + std::ptrdiff_t{channels} * image.width * image.height;
  for (std::uint8_t* to = rgb; samples != end; samples += channels)
    for (int c = 0; c < 3; ++c) *to++ = static_cast<std::uint8_t>(samples[c] >> (8 * sizeof(Sample) - 8));
  return rgb;
}

/// stb_image holds the packed data in a block that it doubles; the lines, doubled where they are longer than
/// it expects; their pixels, twice for interlaced images; and a copy for each conversion.
std::size_t memory_of(const PngHeader& png, std::size_t file_bytes) {
  const std::size_t pixels = std::size_t{png.width} * png.height, sample_bytes = png.depth == 16 ? 2 : 1;
  const std::size_t lines =
      ((std::size_t{png.width} * static_cast<std::size_t>(png.channels * png.depth) + 7) / 8 + 1) *
      png.height;
  const std::size_t unpacked =
      pixels * sample_bytes * static_cast<std::size_t>(png.channels + (png.transparent && !png.palette));
  const std::size_t converted = as_stored(png) ? 0 : 3 * pixels * (sample_bytes == 2 ? 3 : 1);
  return kSlack + 2 * file_bytes + 2 * lines + unpacked + (png.interlaced ? unpacked : 0) + converted;
}

/// The samples of all blocks, the coefficients too for progressive images, and the pixels.
std::size_t memory_of(const JpegHeader& jpeg, std::size_t file_bytes) {
  std::size_t samples = 0;
  for (const auto& component : jpeg.components)
    samples += std::size_t{64} * static_cast<std::size_t>(component.h * component.v);
  samples *= static_cast<std::size_t>(jpeg.mcus_across()) * static_cast<std::size_t>(jpeg.mcus_down());
  const std::size_t pixels = static_cast<std::size_t>(jpeg.width) * static_cast<std::size_t>(jpeg.height);
  return kSlack + file_bytes + samples * (jpeg.progressive ? 3 : 1) + 3 * pixels;
}

/// stb_image reads colours missing from a palette from its uninitialized stack. They must not come from the
/// previous image.
[[gnu::noinline]] void clear_stack() {
  volatile std::uint8_t below[1 << 15];
  for (volatile std::uint8_t& byte : below) byte = 0;
}

/// What the header of a file says.
struct Plan {
  bool is_png = false;
  PngHeader png;
  JpegHeader jpeg;
  std::size_t memory = 0;         // bytes
  const char* failure = nullptr;  // why it is rejected
};

Plan plan_for(std::span<const std::uint8_t> file) {
  Plan plan;
  std::int64_t width = 0, height = 0;
  const auto look = [&](const auto& header) {
    plan.failure = header.failure;
    width = header.width;
    height = header.height;
    if (width > kMostInARow || height > kMostInARow)
      plan.failure = "more than 65,536 pixels in a row or column";
    else if (width * height > kMostPixels)
      plan.failure = "more than 40 million pixels";
    if (plan.failure == nullptr) plan.memory = memory_of(header, file.size());
  };
  plan.is_png = is_png(file);
  if (plan.is_png)
    look(plan.png = png_header(file));
  else if (is_jpeg(file))
    look(plan.jpeg = jpeg_header(file));
  else
    plan.failure = neither_jpeg_nor_png(file);
  return plan;
}

}  // namespace

std::size_t decode_memory(std::span<const std::uint8_t> file) noexcept { return plan_for(file).memory; }

Rgb decode_rgb(std::span<const std::uint8_t> file, DecoderMemory& memory) noexcept {
  if (is_png(file))
    if (const char* damage = png_damage(file)) return failed(damage);
  const Plan plan = plan_for(file);
  if (plan.failure) return failed(plan.failure);
  arena = &memory;
  memory.limit(plan.memory);
  if (!plan.is_png) {
    const TidyJpeg tidy = tidy_jpeg(file, plan.jpeg, memory);
    if (tidy.failure) return failed(tidy.failure);
    file = tidy.stream;
  }
  clear_stack();
  const auto length = static_cast<int>(file.size());
  Rgb image;
  int channels = 0;
  if (as_stored(plan.png) && plan.png.depth == 16) {
    std::uint16_t* samples =
        stbi_load_16_from_memory(file.data(), length, &image.width, &image.height, &channels, 0);
    image.pixels = to_rgb(samples, image, channels);
  } else {
    std::uint8_t* samples = stbi_load_from_memory(file.data(), length, &image.width, &image.height, &channels,
                                                  as_stored(plan.png) ? 0 : 3);
    image.pixels = as_stored(plan.png) ? to_rgb(samples, image, channels) : samples;
  }
  if (image.pixels != nullptr) return image;
  return failed(memory.overflowed() ? "decoding needs more memory than an image of this size may use"
                                    : stbi_failure_reason());
}

}  // namespace sand::domains
