#include "domains/alike_names.h"

#include <doctest/doctest.h>

using sand::domains::alike;

TEST_CASE("Names that differ only in case are alike, in every script") {
  CHECK(alike("dog", "Dog"));
  CHECK(alike("DOG", "dog"));
  CHECK(alike("K\u00f6ln", "K\u00d6LN"));
  CHECK(alike("\u043b\u0435\u0441", "\u041b\u0435\u0441"));  // Cyrillic
  CHECK_FALSE(alike("dog", "dog"));
  CHECK_FALSE(alike("dog", "dogs"));
  CHECK_FALSE(alike("dog", "dig"));
  CHECK_FALSE(alike("", "a"));
}

TEST_CASE("Names in Unicode's composed and decomposed form are alike") {
  CHECK(alike("caf\u00e9", "cafe\u0301"));
  CHECK(alike("Caf\u00e9", "cafe\u0301"));
  CHECK(alike("Vi\u1ec7t", "Vie\u0323\u0302t"));
  CHECK(alike("\u304c\u304d", "\u304b\u3099\u304d"));  // kana
  CHECK(alike("\ud55c", "\u1112\u1161\u11ab"));        // Hangul
  CHECK_FALSE(alike("cafe", "caf\u00e9"));             // another letter
  CHECK_FALSE(alike("cafe", "cafe\u0301"));
  CHECK_FALSE(alike("caf\u00e9", "caf\u00e8"));
  CHECK_FALSE(alike("e\u0301t", "e\u0300t"));
  CHECK_FALSE(alike("caf\u00e9s", "cafe\u0301"));
}

TEST_CASE("Bytes that are not text are compared as bytes") {
  CHECK_FALSE(alike("\xff\xfe", "\xff\xfd"));
  CHECK_FALSE(alike("a\xc3", "a"));
  CHECK(alike("A\xff", "a\xff"));
}
