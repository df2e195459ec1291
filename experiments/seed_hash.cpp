#include "experiments/seed_hash.h"

#include <openssl/evp.h>

#include "tensor/error.h"

namespace sand::experiments {

std::uint32_t seed_hash(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest, &length, EVP_md5(), nullptr);
  check(done == 1 && length == 16, [] { return Error(Fault::internal, "seed_hash: libcrypto cannot compute MD5 here"); });
  // The last 31 of 128 bits, most significant byte first.
  return (std::uint32_t{digest[12]} << 24 | std::uint32_t{digest[13]} << 16 | std::uint32_t{digest[14]} << 8 | digest[15]) & 0x7fffffff;
}

std::uint32_t seed_hash(std::int64_t a, std::int64_t b) { return seed_hash("(" + std::to_string(a) + ", " + std::to_string(b) + ")"); }

std::uint32_t seed_hash(std::int64_t a, const std::string& b) { return seed_hash("(" + std::to_string(a) + ", '" + b + "')"); }

}  // namespace sand::experiments
