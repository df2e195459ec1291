// A picture of coloured points, written as a PNG.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace sand::experiments {

/// RGB bytes, dark grey at first.
class Picture {
 public:
  Picture(int width, int height);
  /// Shades from 0 to 1, others are clamped; a point outside the picture is passed over.
  void set(int x, int y, double red, double green, double blue);
  std::span<const unsigned char> pixel(int x, int y) const;  ///< [3]
  /// Throws Error(io), and then there is no such file, or still the old one.
  void write_png(const std::string& path) const;

 private:
  int width_, height_;
  std::vector<unsigned char> bytes_;
};

}  // namespace sand::experiments
