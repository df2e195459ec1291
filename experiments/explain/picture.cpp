#include "experiments/explain/picture.h"

#include <algorithm>
#include <cmath>

#include "tensor/error.h"
#include "tensor/file.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

namespace sand::experiments {

Picture::Picture(int width, int height)
    : width_(width), height_(height), bytes_(static_cast<std::size_t>(width) * height * 3, 40) {}

void Picture::set(int x, int y, double red, double green, double blue) {
  if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
  std::size_t at = (static_cast<std::size_t>(y) * width_ + x) * 3;
  for (const double shade : {red, green, blue})
    bytes_[at++] = static_cast<unsigned char>(std::lround(255 * std::clamp(shade, 0.0, 1.0)));
}

std::span<const unsigned char> Picture::pixel(int x, int y) const {
  return std::span(bytes_).subspan((static_cast<std::size_t>(y) * width_ + x) * 3, 3);
}

std::vector<std::byte> Picture::png() const {
  std::vector<std::byte> file;
  const auto append = [](void* to, void* data, int size) {
    const auto* const bytes = static_cast<const std::byte*>(data);
    static_cast<std::vector<std::byte>*>(to)->insert(static_cast<std::vector<std::byte>*>(to)->end(), bytes,
                                                     bytes + size);
  };
  check(stbi_write_png_to_func(append, &file, width_, height_, 3, bytes_.data(), width_ * 3) != 0,
        [] { return Error(Fault::internal, "picture: the PNG could not be made"); });
  return file;
}

void Picture::write_png(const std::string& path) const {
  NewFile file(path);
  file.write(png());
  file.commit();
}

}  // namespace sand::experiments
