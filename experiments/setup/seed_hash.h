// DomainBed's way to make a seed out of several things.
#pragma once

#include <cstdint>
#include <string>

namespace sand::experiments {

/// int(md5(text), 16) mod 2^31. `text` is what Python prints for the tuple: "(0, 0)", "(5, 'lr')".
std::uint32_t seed_hash(const std::string& text);
std::uint32_t seed_hash(std::int64_t a, std::int64_t b);
std::uint32_t seed_hash(std::int64_t a, const std::string& b);

}  // namespace sand::experiments
