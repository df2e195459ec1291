#include "experiments/machine/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "tensor/error.h"
#include "tensor/file.h"

namespace sand::experiments {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

EVP_MD_CTX* raw(void* context) { return static_cast<EVP_MD_CTX*>(context); }

/// Validated code (FIPS) if it exists, else any other: a configuration that requires FIPS may lack it.
const EVP_MD* algorithm() {
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", "?fips=yes");
  return sha256;
}

void must(int done) {
  check(done == 1, [] {
    return Error(Fault::resources, "sha256: libcrypto cannot compute SHA-256 here")
        .hint("OPENSSL_CONF=/dev/null leaves out its configuration");
  });
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), [](void* context) { EVP_MD_CTX_free(raw(context)); }) {
  must(context_ && algorithm() != nullptr ? EVP_DigestInit_ex(raw(context_.get()), algorithm(), nullptr) : 0);
}

Sha256& Sha256::add_bytes(std::span<const std::byte> bytes) {
  must(EVP_DigestUpdate(raw(context_.get()), bytes.data(), bytes.size()));
  return *this;
}

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  must(EVP_DigestFinal_ex(raw(context_.get()), digest.data(), &length));
  std::string text;
  for (unsigned int i = 0; i < length; ++i) text += {kHexDigits[digest[i] >> 4], kHexDigits[digest[i] & 15]};
  return text;
}

std::string sha256_of_file(const std::string& path) {
  InputFile file(path);
  Sha256 hash;
  std::vector<std::byte> block(1 << 16);
  for (std::uint64_t rest = file.size(); rest > 0; rest -= block.size()) {
    block.resize(std::min<std::uint64_t>(rest, block.size()));
    file.read(block);
    hash.add(block);
  }
  return hash.hex();
}

std::vector<std::byte> bytes_of_hex(const std::string& digits) {
  const std::string known = kHexDigits;
  std::vector<std::byte> bytes;
  if (digits.size() % 2 != 0 || digits.find_first_not_of(known) != std::string::npos) return bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(known.find(digits[i]) << 4 | known.find(digits[i + 1])));
  return bytes;
}

}  // namespace sand::experiments
