#include "tensor/fingerprint.h"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using sand::Fingerprint;

namespace {
std::span<const char> letters(std::string_view text) { return {text.data(), text.size()}; }
}  // namespace

TEST_CASE("The fingerprint equals the published values of FNV-1a") {
  CHECK(Fingerprint().text() == "cbf29ce484222325");
  CHECK(Fingerprint().add(letters("a")).text() == "af63dc4c8601ec8c");
  CHECK(Fingerprint().add(letters("foobar")).text() == "85944171f73967e8");
  CHECK(Fingerprint().add(letters("foobar")).value() == 0x85944171f73967e8ULL);
}

TEST_CASE("Blocks added in order give the fingerprint of the whole") {
  CHECK(Fingerprint().add(letters("foo")).add(letters("bar")).value() ==
        Fingerprint().add(letters("foobar")).value());
  CHECK(Fingerprint().add(letters("bar")).add(letters("foo")).value() !=
        Fingerprint().add(letters("foobar")).value());
}

TEST_CASE("Zero and minus zero have different fingerprints") {
  const std::vector<float> zero = {0.0f}, minus_zero = {-0.0f};
  CHECK(Fingerprint().add(std::span<const float>(zero)).value() !=
        Fingerprint().add(std::span<const float>(minus_zero)).value());
}
