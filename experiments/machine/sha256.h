// SHA-256 (FIPS 180-4), by OpenSSL's libcrypto.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sand::experiments {

/// Add blocks in order, then call hex() once.
class Sha256 {
 public:
  Sha256();  ///< throws Error(resources) if libcrypto lacks it
  template <class Numbers>
  Sha256& add(const Numbers& numbers) {  // a span, a vector, a string
    return add_bytes(std::as_bytes(std::span(numbers)));
  }
  std::string hex();  ///< 64 digits, 0-9 a-f

 private:
  Sha256& add_bytes(std::span<const std::byte> bytes);
  std::unique_ptr<void, void (*)(void*)> context_;
};

/// The hash of a regular file. Throws what InputFile throws.
std::string sha256_of_file(const std::string& path);

/// "00ff" -> its bytes. Returns nothing unless the text is pairs of the digits 0-9 a-f.
std::vector<std::byte> bytes_of_hex(const std::string& digits);

}  // namespace sand::experiments
