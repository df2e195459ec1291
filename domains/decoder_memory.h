// Memory from one fixed block, for code that must not ask the operating system for memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace sand::domains {

/// Hands out blocks one after another, zeroed and aligned to 16 bytes. Only the last block can grow in place
/// or be freed. The other blocks are freed with the arena.
class DecoderMemory {
 public:
  explicit DecoderMemory(std::span<std::byte> room) : room_(room), limit_(room.size()) {}

  /// Limits the total to this many bytes, and to the size of the arena.
  void limit(std::size_t bytes) { limit_ = bytes < room_.size() ? bytes : room_.size(); }
  std::size_t limit() const { return limit_; }
  std::size_t most_used() const { return most_used_; }
  bool overflowed() const { return overflowed_; }  ///< some request did not fit

  /// Returns nullptr if the bytes do not fit.
  void* take(std::size_t bytes) {
    if (end_ > limit_ || bytes > limit_ - end_) {
      overflowed_ = true;
      return nullptr;
    }
    std::byte* block = room_.data() + end_;
    last_ = end_;
    end_ = rounded(end_ + bytes);
    if (end_ > most_used_) most_used_ = end_;
    // A broken file may leave bytes unset. They must not depend on the previous file.
    return std::memset(block, 0, bytes);
  }

  /// Resizes a block and keeps its content. Returns nullptr and leaves the block unchanged if it does not
  /// fit.
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
  std::size_t last_ = 0, end_ = 0;  // start of the last block, start of the free space
  std::size_t most_used_ = 0;
  bool overflowed_ = false;
};

}  // namespace sand::domains
