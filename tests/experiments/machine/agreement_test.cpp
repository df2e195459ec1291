#include "experiments/machine/agreement.h"

#include <doctest/doctest.h>

#include "tests/tensor/rank_threads.h"

using namespace sand;
using namespace sand::experiments;
using sand::testing::errors_of_ranks;
using sand::testing::of_rank_threads;

namespace {

struct Failure {
  Fault fault;
  std::string message;
};

Failure failure(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const AgreedFailure& agreed) {
    return {agreed.fault(), agreed.what()};
  }
}

}  // namespace

TEST_CASE("Every rank has the texts of all, whatever their lengths, or the text of the first") {
  const auto text = [](int rank) { return std::string(static_cast<std::size_t>(3 * rank), 'x') + "!"; };
  for (const auto& texts :
       of_rank_threads(3, [&](const Ranks& ranks) { return texts_of_all(ranks, text(ranks.rank())); }))
    CHECK(texts == std::vector<std::string>{"!", "xxx!", "xxxxxx!"});
  for (const std::string& first :
       of_rank_threads(3, [&](const Ranks& ranks) { return text_of_first(ranks, text(ranks.rank())); }))
    CHECK(first == "!");
  CHECK(texts_of_all({}, "alone") == std::vector<std::string>{"alone"});
}

TEST_CASE("The number of the first rank that has one reaches all") {
  for (const int number : of_rank_threads(4, [](const Ranks& ranks) {
         return first_not_zero(ranks, ranks.rank() < 2 ? 0 : 10 + ranks.rank());
       }))
    CHECK(number == 12);
  for (const int number : of_rank_threads(2, [](const Ranks& ranks) { return first_not_zero(ranks, 0); }))
    CHECK(number == 0);
  CHECK(first_not_zero({}, 5) == 5);
}

TEST_CASE("If some ranks fail, all end with the fault of the first of them, which alone has the message") {
  const auto errors = errors_of_ranks(4, [](const Ranks& ranks) {
    do_together(ranks, [] {});
    do_together(ranks, [&] {
      if (ranks.rank() == 1) throw Error(Fault::missing, "no such file");
      if (ranks.rank() == 3) throw Error(Fault::data, "other");
    });
  });
  for (std::size_t rank = 0; rank < 4; ++rank) {
    REQUIRE(errors[rank]);
    CHECK(failure(errors[rank]).fault == Fault::missing);
    CHECK(failure(errors[rank]).message == (rank == 1 ? "rank 1: no such file" : ""));
  }
}

TEST_CASE("An error that every rank has is printed by rank 0, without its number") {
  const auto errors = errors_of_ranks(2, [](const Ranks& ranks) {
    do_together(ranks, [] { throw Error(Fault::usage, "unknown algorithm"); });
  });
  CHECK(failure(errors[0]).message == "unknown algorithm");
  CHECK(failure(errors[1]).message.empty());
}

TEST_CASE("One rank alone has the error itself") {
  CHECK_THROWS_AS(do_together({}, [] { throw Error(Fault::usage, "unknown algorithm"); }), Error);
}
