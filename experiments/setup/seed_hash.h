// DomainBed's function that makes one seed from several values.
#pragma once

#include <cstdint>
#include <string>

namespace sand::experiments {

/// int(md5(text), 16) mod 2^31. `text` is the tuple as Python prints it: "(0, 0)", "(5, 'lr')".
std::uint32_t seed_hash(const std::string& text);
std::uint32_t seed_hash(std::int64_t a, std::int64_t b);
std::uint32_t seed_hash(std::int64_t a, const std::string& b);

}  // namespace sand::experiments
