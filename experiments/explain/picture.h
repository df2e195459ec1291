// A picture of coloured points, written as a PNG.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace sand::experiments {

/// RGB bytes, initially dark grey.
class Picture {
 public:
  Picture(int width, int height);
  /// Clamps shades to 0 .. 1. Ignores a point outside the picture.
  void set(int x, int y, double red, double green, double blue);
  std::span<const unsigned char> pixel(int x, int y) const;  ///< [3]
  int width() const { return width_; }
  int height() const { return height_; }
  std::vector<std::byte> png() const;  ///< the content of a PNG file
  /// Throws Error(io). The file is then missing or unchanged.
  void write_png(const std::string& path) const;

 private:
  int width_, height_;
  std::vector<unsigned char> bytes_;
};

}  // namespace sand::experiments
