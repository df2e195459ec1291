#include "experiments/machine/agreement.h"

#include <cstdint>
#include <new>
#include <span>

namespace sand::experiments {
namespace {

template <class Number>
std::vector<Number> numbers_of_all(const Ranks& ranks, Number own) {
  std::vector<Number> all(static_cast<std::size_t>(ranks.count()));
  all[static_cast<std::size_t>(ranks.rank())] = own;
  std::vector<RankBlock> blocks;
  for (int rank = 0; rank < ranks.count(); ++rank)
    blocks.push_back(
        {rank, std::as_writable_bytes(std::span(all).subspan(static_cast<std::size_t>(rank), 1))});
  ranks.share(blocks);
  return all;
}

/// "64 usage: ..." if the part fails, else "".
std::string failure_of(const std::function<void()>& part) try {
  part();
  return "";
} catch (const Error& error) {
  return std::to_string(static_cast<int>(error.fault())) + " " + error.what();
} catch (const std::bad_alloc&) {
  return std::to_string(static_cast<int>(Fault::resources)) + " no memory left";
} catch (const std::exception& error) {
  return std::to_string(static_cast<int>(Fault::internal)) + " internal error: " + error.what();
}

}  // namespace

std::vector<std::string> texts_of_all(const Ranks& ranks, const std::string& own) {
  if (ranks.alone()) return {own};
  const std::vector<std::uint64_t> lengths = numbers_of_all(ranks, std::uint64_t{own.size()});
  std::vector<std::string> texts;
  for (const std::uint64_t length : lengths) texts.emplace_back(length, '\0');
  texts[static_cast<std::size_t>(ranks.rank())] = own;
  std::vector<RankBlock> blocks;
  for (int rank = 0; rank < ranks.count(); ++rank)
    blocks.push_back({rank, std::as_writable_bytes(std::span(texts[static_cast<std::size_t>(rank)]))});
  ranks.share(blocks);
  return texts;
}

std::string text_of_first(const Ranks& ranks, const std::string& own) {
  return texts_of_all(ranks, ranks.rank() == 0 ? own : "")[0];
}

int first_not_zero(const Ranks& ranks, int own) {
  if (ranks.alone()) return own;
  for (const int number : numbers_of_all(ranks, own))
    if (number != 0) return number;
  return 0;
}

void do_together(const Ranks& ranks, const std::function<void()>& part) {
  if (ranks.alone()) return part();
  const std::vector<std::string> failures = texts_of_all(ranks, failure_of(part));
  for (std::size_t rank = 0; rank < failures.size(); ++rank) {
    if (failures[rank].empty()) continue;
    const std::size_t end = failures[rank].find(' ');
    const auto fault = static_cast<Fault>(std::stoi(failures[rank].substr(0, end)));
    const std::string where = rank == 0 ? "" : "rank " + std::to_string(rank) + ": ";
    const bool ours = static_cast<int>(rank) == ranks.rank();
    throw AgreedFailure(fault, ours ? where + failures[rank].substr(end + 1) : "");
  }
}

}  // namespace sand::experiments
