#include "domains/decoder_memory.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

namespace {

alignas(16) std::array<std::byte, 1024> room;

/// An arena over memory with old contents.
sand::domains::DecoderMemory used_arena() {
  room.fill(std::byte{0xff});
  return sand::domains::DecoderMemory(room);
}

bool all(const void* block, std::size_t bytes, int value) {
  const auto* first = static_cast<const std::byte*>(block);
  return std::all_of(first, first + bytes,
                     [&](std::byte byte) { return byte == static_cast<std::byte>(value); });
}

}  // namespace

TEST_CASE("Blocks are zero, aligned, and apart") {
  sand::domains::DecoderMemory arena = used_arena();
  void* a = arena.take(5);
  void* b = arena.take(33);
  CHECK(a == room.data());
  CHECK(b == room.data() + 16);
  CHECK(all(a, 5, 0));
  CHECK(all(b, 33, 0));
  CHECK(arena.take(1) == room.data() + 64);
  CHECK(arena.most_used() == 80);
}

TEST_CASE("The last block grows in place, another one moves; old bytes stay and new bytes are zero") {
  sand::domains::DecoderMemory arena = used_arena();
  void* a = arena.take(16);
  std::memset(a, 7, 16);
  CHECK(arena.resize(a, 16, 100) == a);
  CHECK(all(a, 16, 7));
  CHECK(all(static_cast<std::byte*>(a) + 16, 84, 0));
  std::memset(a, 7, 100);
  void* b = arena.take(16);
  std::memset(b, 8, 16);
  void* moved = arena.resize(a, 100, 200);
  CHECK(moved > b);
  CHECK(all(moved, 100, 7));
  CHECK(all(static_cast<std::byte*>(moved) + 100, 100, 0));
  CHECK(all(b, 16, 8));
  CHECK(arena.resize(moved, 200, 50) == moved);
  CHECK(arena.resize(nullptr, 0, 10) != nullptr);
}

TEST_CASE("The last block can be freed alone, others only with the arena") {
  sand::domains::DecoderMemory arena = used_arena();
  void* a = arena.take(100);
  void* b = arena.take(100);
  arena.give_back(a);
  arena.give_back(nullptr);
  arena.give_back(b);
  CHECK(arena.take(50) == b);
  CHECK(arena.most_used() == 224);
}

TEST_CASE("Without memory there is no block, and the arena reports it") {
  sand::domains::DecoderMemory arena = used_arena();
  CHECK(arena.take(1025) == nullptr);
  CHECK(arena.overflowed());
  sand::domains::DecoderMemory full = used_arena();
  void* all_of_it = full.take(1024);
  CHECK(all_of_it != nullptr);
  CHECK_FALSE(full.overflowed());
  CHECK(full.take(1) == nullptr);
  CHECK(full.resize(all_of_it, 1024, std::size_t{1} << 40) == nullptr);
  sand::domains::DecoderMemory limited = used_arena();
  limited.limit(100);
  void* most = limited.take(100);
  CHECK(most != nullptr);
  CHECK(limited.take(0) == nullptr);  // rounded up, the block before fills more than the limit
  CHECK(limited.resize(most, 100, 101) == nullptr);
  limited.limit(SIZE_MAX);
  CHECK(limited.limit() == 1024);
  CHECK(limited.take(900) != nullptr);
}
