// The entry of both test programs. `sandgrad_tests --list-test-cases` prints the titles, which read as
// sentences.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
