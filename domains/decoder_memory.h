// Memory from one fixed block, for code that must not ask the operating system for any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace sand::domains {

/// Blocks are handed out one behind the other, zeroed and aligned to 16 bytes. Only the last one can grow in
/// place or be taken back; the room of the others comes back with the arena.
class DecoderMemory {
 public:
  explicit DecoderMemory(std::span<std::byte> room) : room_(room), limit_(room.size()) {}

  /// From now on no more than this many bytes in all (nor more than there are).
  void limit(std::size_t bytes) { limit_ = bytes < room_.size() ? bytes : room_.size(); }
  std::size_t limit() const { return limit_; }
  std::size_t most_used() const { return most_used_; }
  bool overflowed() const { return overflowed_; }  ///< something was asked for that there was no room for

  /// nullptr where there is no room.
  void* take(std::size_t bytes) {
    if (end_ > limit_ || bytes > limit_ - end_) {
      overflowed_ = true;
      return nullptr;
    }
    std::byte* block = room_.data() + end_;
    last_ = end_;
    end_ = rounded(end_ + bytes);
    if (end_ > most_used_) most_used_ = end_;
    // what a broken file leaves unset must not depend on the file before it
    return std::memset(block, 0, bytes);
  }

  /// The block with another size, its content kept; nullptr, and the block as it was, where there is no room.
  void* resize(void* block, std::size_t old_bytes, std::size_t bytes) {
    if (block == nullptr) return take(bytes);
    if (bytes <= old_bytes) return block;
    if (is_last(block)) {
      const std::size_t begin = last_;
      if (bytes > limit_ - begin) {
        overflowed_ = true;
        return nullptr;
      }
      end_ = begin + old_bytes;
      std::memset(room_.data() + end_, 0, bytes - old_bytes);
      end_ = rounded(begin + bytes);
      if (end_ > most_used_) most_used_ = end_;
      return block;
    }
    void* larger = take(bytes);
    return larger == nullptr ? nullptr : std::memcpy(larger, block, old_bytes);
  }

  void give_back(void* block) {
    if (block != nullptr && is_last(block)) end_ = last_;
  }

 private:
  static std::size_t rounded(std::size_t bytes) { return (bytes + 15) / 16 * 16; }
  bool is_last(const void* block) const { return block == room_.data() + last_ && last_ < end_; }

  std::span<std::byte> room_;
  std::size_t limit_;
  std::size_t last_ = 0, end_ = 0;  // where the last block begins, and the free room
  std::size_t most_used_ = 0;
  bool overflowed_ = false;
};

}  // namespace sand::domains
