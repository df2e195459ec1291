#include "domains/decode_images.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include "domains/image_cache.h"
#include "domains/image_decoder.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

/// Half of the machine's memory.
std::uint64_t half_of_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) / 2 *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGE_SIZE));
}

std::vector<std::uint8_t> claim(std::size_t images, std::size_t bytes_each, std::uint64_t most) {
  const auto mebibytes = [](std::uint64_t bytes) {
    return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
  };
  const std::uint64_t bytes = std::uint64_t{images} * bytes_each;
  const auto error = [&] {
    return Error(Fault::resources, "image folder: the images do not fit into memory")
        .fact("images", std::to_string(images) + ", " + mebibytes(bytes))
        .fact("memory", "at most " + mebibytes(most))
        .hint("make the images smaller: --image-size 64");
  };
  check(bytes <= most && images <= std::uint32_t{1} << 31, error);
  try {
    return std::vector<std::uint8_t>(bytes);
  } catch (const std::bad_alloc&) {
    throw error();
  }
}

/// One decoder per thread; fewer if memory is short or the system allows no more.
std::vector<std::unique_ptr<ImageDecoder>> start_decoders(int most, const ImageFolderOptions& options,
                                                          MemoryBudget& memory) {
  // bytes of memory or address space, half of them for the largest file
  constexpr std::uint64_t kForEach = 128 << 20;
  most = static_cast<int>(
      std::clamp<std::uint64_t>(memory.bytes() / kForEach, 1, static_cast<std::uint64_t>(most)));
  const ImageDecoderOptions wanted{
      .follow_links = options.follow_links, .turn = options.turn, .memory = &memory};
  std::vector<std::unique_ptr<ImageDecoder>> decoders;
  for (bool allowed = true; allowed && static_cast<int>(decoders.size()) < most;) {
    try {
      decoders.push_back(std::make_unique<ImageDecoder>(options.side, wanted));
    } catch (const Error& error) {
      allowed = false;
      if (error.fault() != Fault::resources || decoders.empty()) throw;
      if (options.note)
        options.note("no more than " + std::to_string(decoders.size()) +
                     " images are decoded at once: " + error.what());
    }
  }
  if (!decoders[0]->confined() && options.note)
    options.note("this kernel has no seccomp: the decoder process can make any system call");
  return decoders;
}

/// Decodes the files of a list. Threads share it.
class Decoding {
 public:
  Decoding(const std::vector<ImageFile*>& files, const ImageFolderOptions& options)
      : files_(files),
        options_(options),
        bytes_each_(std::size_t{3} * static_cast<std::size_t>(options.side) *
                    static_cast<std::size_t>(options.side)) {}

  std::size_t bytes_each() const { return bytes_each_; }
  /// Files that are to be decoded; all others are known.
  std::vector<std::size_t> rest;

  /// Decodes number `task` of the rest.
  void decode(std::size_t task, ImageDecoder& decoder, DecodedImages& images) {
    const std::size_t i = rest[task];
    ImageFile& file = *files_[i];
    const auto waiting = [&](const std::string& state) {
      const std::lock_guard<std::mutex> one_at_a_time(telling_);
      if (options_.note) options_.note("waiting for " + printable(file.path.native()) + ": " + state);
    };
    const auto look = [&](std::span<const std::uint8_t> bytes) {
      if (options_.cache != nullptr) options_.cache->decoded(i, bytes);
    };
    const double lost_before = decoder.seconds_lost();
    if (file.unreadable.empty()) {
      file.unreadable = decoder.decode(
          file.path, std::span(images.bytes).subspan(i * bytes_each_, bytes_each_), waiting, look);
      images.orientations[i] = static_cast<std::uint8_t>(decoder.orientation());
    }
    count(file, decoder.seconds_lost() - lost_before);
  }

 private:
  void count(const ImageFile& file, double lost_here) {
    constexpr double kMostLost = 60;  // seconds, on images that crash or stall the decoder
    const std::lock_guard<std::mutex> one_at_a_time(telling_);
    if (options_.progress) options_.progress(++done_, static_cast<int>(rest.size()));
    lost_ += lost_here;
    if (lost_here > 1) losses_.fact(printable(file.path.native()) + ":", file.unreadable);
    check(lost_ < kMostLost, [&] { return losses_.hint("move them away"); });
  }

  const std::vector<ImageFile*>& files_;
  const ImageFolderOptions& options_;
  const std::size_t bytes_each_;
  std::mutex telling_;
  int done_ = 0;
  double lost_ = 0;
  Error losses_{Fault::data, "image folder: images on which the decoder fails took more than 60 s"};
};

/// Whether the cache may know some of the files. Files that are unreadable already have no place in it.
bool look_up(const std::vector<ImageFile*>& files, const ImageFolderOptions& options) {
  if (options.cache == nullptr) return false;
  std::vector<std::filesystem::path> paths;
  for (const ImageFile* file : files)
    paths.push_back(file->unreadable.empty() ? file->path : std::filesystem::path());
  return options.cache->look_up(paths);
}

}  // namespace

DecodedImages decode_images(const std::vector<ImageFile*>& files, const ImageFolderOptions& options,
                            const Threads& threads) {
  Decoding decoding(files, options);
  const std::uint64_t most = options.memory > 0 ? options.memory : half_of_memory();
  MemoryBudget memory(most - std::min<std::uint64_t>(most, files.size() * decoding.bytes_each()));
  DecodedImages decoded;
  decoded.orientations.assign(files.size(), 1);
  std::vector<bool> known(files.size());
  if (look_up(files, options)) {
    decoded.bytes = claim(files.size(), decoding.bytes_each(), most);
    known = options.cache->recall(decoded.bytes, decoded.orientations);
  }
  for (std::size_t i = 0; i < files.size(); ++i)
    if (!known[i]) decoding.rest.push_back(i);
  const int total = static_cast<int>(decoding.rest.size());
  if (total == 0) return decoded;
  // Before any thread starts.
  const auto decoders = start_decoders(std::min(threads.count(), total), options, memory);
  if (decoded.bytes.empty()) decoded.bytes = claim(files.size(), decoding.bytes_each(), most);
  Threads(static_cast<int>(decoders.size())).run(total, [&](int task, int worker) {
    decoding.decode(static_cast<std::size_t>(task), *decoders[static_cast<std::size_t>(worker)], decoded);
  });
  for (const auto& decoder : decoders) decoded.decoders_memory += decoder->most_memory();
  if (options.cache != nullptr) {
    std::vector<bool> readable;
    for (const ImageFile* file : files) readable.push_back(file->unreadable.empty());
    options.cache->keep(readable, decoded.bytes, decoded.orientations);
  }
  return decoded;
}

}  // namespace sand::domains
