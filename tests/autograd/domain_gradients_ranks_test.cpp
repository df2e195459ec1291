// The engine on several ranks: every rank has the bits of one rank alone.
#include <doctest/doctest.h>

#include <limits>
#include <mutex>

#include "autograd/domain_gradients.h"
#include "nn/objectives.h"
#include "tests/autograd/small_batches.h"
#include "tests/nn/objectives/whole_domains.h"
#include "tests/tensor/rank_threads.h"

using namespace sand;
using namespace sand::testing;

namespace {

constexpr int kCounts[] = {1, 2, 3, 4, 7};

std::vector<Scalar> all_numbers(const GradientTable& table) {
  std::vector<Scalar> numbers = rows_and_losses(table);
  numbers.push_back(static_cast<Scalar>(table.objective));
  numbers.push_back(static_cast<Scalar>(table.penalty));
  return numbers;
}

/// The tables of three steps with changing weights, and what the objective carried.
std::vector<Scalar> steps(const Objective& objective, const Ranks& ranks, Index tile_rows = 4,
                          std::vector<Index> rows = {33, 5, 17}) {
  SmallMlp model(0.2);
  Batch batch = random_batch(rows, 5);
  DomainGradients engine(model.net, model.parameters,
                         {.tile_rows = tile_rows, .seed = 9, .threads = Threads(2), .ranks = ranks});
  std::vector<Scalar> numbers;
  for (batch.step = 0; batch.step < 3; ++batch.step) {
    const GradientTable& table = engine(batch, objective);
    const std::vector<Scalar> of_step = all_numbers(table);
    numbers.insert(numbers.end(), of_step.begin(), of_step.end());
    for (Index j = 0; j < model.parameters.size(); ++j)
      model.parameters.numbers()[static_cast<std::size_t>(j)] -=
          Scalar{0.1} * table.row(1)[static_cast<std::size_t>(j)];
  }
  for (const double carried : engine.carried()) numbers.push_back(static_cast<Scalar>(carried));
  return numbers;
}

std::unique_ptr<Objective> make(const std::string& name) {
  const nn::DomainObjectiveCard& card = card_of(name);
  return card.make(without_annealing(card), base_for(2));
}

void check_ranks(const Objective& objective) {
  const std::vector<Scalar> alone = steps(objective, {});
  for (const int count : kCounts) {
    CAPTURE(count);
    for (const std::vector<Scalar>& numbers :
         of_rank_threads(count, [&](const Ranks& ranks) { return steps(objective, ranks); }))
      CHECK(numbers == alone);
  }
}

}  // namespace

TEST_CASE("Any number of ranks gives the table of one rank, on every rank") {
  check_ranks(nn::CrossEntropy());
}

TEST_CASE("Ranks without a shard have the table, too") {
  const nn::CrossEntropy objective;
  const std::vector<Scalar> alone = steps(objective, {}, 64, {9, 9});  // two shards
  for (const std::vector<Scalar>& numbers : of_rank_threads(7, [&](const Ranks& ranks) {
         return steps(objective, ranks, 64, {9, 9});
       }))
    CHECK(numbers == alone);
  const auto whole = make("CORAL");
  const std::vector<Scalar> two_phases = steps(*whole, {}, 64, {9, 9});
  for (const std::vector<Scalar>& numbers : of_rank_threads(7, [&](const Ranks& ranks) {
         return steps(*whole, ranks, 64, {9, 9});
       }))
    CHECK(numbers == two_phases);
}

TEST_CASE("Objectives in two phases have the same bits for any number of ranks") {
  for (const char* name : {"IRM", "CORAL", "Fishr", "GroupDRO"}) {
    CAPTURE(name);
    check_ranks(*make(name));
  }
}

TEST_CASE("Objectives of several passes have the same bits for any number of ranks") {
  for (const char* name : {"IGA", "MLDG", "Fish"}) {
    CAPTURE(name);
    check_ranks(*make(name));
  }
}

TEST_CASE("A loss that is not finite is the same error on every rank") {
  const auto message = [](const Ranks& ranks) -> std::string {
    SmallMlp model;
    Batch batch = random_batch({33, 17}, 5);
    batch.domains[1].inputs[16 * 5] = std::numeric_limits<Scalar>::quiet_NaN();  // in the last shard
    DomainGradients engine(model.net, model.parameters, {.tile_rows = 4, .ranks = ranks});
    try {
      engine(batch, nn::CrossEntropy());
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  const std::string alone = message({});
  CHECK(alone.find("the loss of domain 1 is not finite") != std::string::npos);
  for (const std::string& error : of_rank_threads(3, message)) CHECK(error == alone);
}

TEST_CASE("A domain whose shards all belong to one rank travels as one row") {
  SmallMlp model;
  const Batch batch = random_batch({32, 32}, 5);  // 8 shards each
  std::size_t received = 0;
  std::mutex mutex;
  RankThreads all(2);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < 2; ++rank)
    threads.emplace_back([&, rank] {
      RankThreads::Channel channel(all, rank);
      DomainGradients engine(model.net, model.parameters, {.tile_rows = 4, .ranks = Ranks(channel)});
      engine(batch, nn::CrossEntropy());
      const std::lock_guard lock(mutex);
      received += channel.bytes_received;
    });
  for (std::thread& thread : threads) thread.join();
  const auto columns = static_cast<std::size_t>(model.parameters.size());
  CHECK(received == 2 * columns * sizeof(Scalar) + 16 * sizeof(double));
}
