#include "domains/image_files.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#include "domains/image_decoder.h"
#include "domains/image_scan.h"
#include "domains/imagenet.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

/// Bytes [files, 3, side, side]. Writes the reasons of unreadable files into `files`.
std::vector<std::uint8_t> decode_files(std::vector<ImageFile>& files, const ImageFilesOptions& options,
                                       const Threads& threads) {
  constexpr std::uint64_t kForDecoder = 128 << 20;
  const std::size_t each =
      std::size_t{3} * static_cast<std::size_t>(options.side) * static_cast<std::size_t>(options.side);
  const std::uint64_t bytes = std::uint64_t{files.size()} * each;
  check(bytes + kForDecoder <= options.memory, [&] {
    return Error(Fault::resources, "images: they do not fit into memory")
        .fact("images", std::to_string(files.size()) + ", " + std::to_string(bytes >> 20) + " MiB")
        .fact("memory", "at most " + std::to_string(options.memory >> 20) + " MiB")
        .hint("predict some of them at a time");
  });
  MemoryBudget rest(options.memory - bytes);
  const int total = static_cast<int>(files.size());
  const std::uint64_t fit = (options.memory - bytes) / kForDecoder;
  const int count = static_cast<int>(
      std::min<std::uint64_t>({fit, files.size(), static_cast<std::uint64_t>(threads.count())}));
  std::vector<std::unique_ptr<ImageDecoder>> decoders;  // before any thread starts
  for (int i = 0; i < count; ++i)
    decoders.push_back(std::make_unique<ImageDecoder>(
        options.side, ImageDecoderOptions{.follow_links = options.follow_links, .memory = &rest}));
  std::vector<std::uint8_t> pixels(bytes);
  std::mutex telling;
  int done = 0;
  Threads(count).run(total, [&](int task, int worker) {
    ImageFile& file = files[static_cast<std::size_t>(task)];
    if (file.unreadable.empty())
      file.unreadable = decoders[static_cast<std::size_t>(worker)]->decode(
          file.path, std::span(pixels).subspan(static_cast<std::size_t>(task) * each, each));
    const std::lock_guard<std::mutex> one_at_a_time(telling);
    if (options.progress) options.progress(++done, total);
  });
  return pixels;
}

void check_readable(const std::vector<ImageFile>& files, const ImageFilesOptions& options) {
  constexpr std::size_t kShown = 5;
  std::size_t count = 0;
  Error list(Fault::data, "");
  for (const ImageFile& file : files) {
    if (file.unreadable.empty()) continue;
    const std::string name = printable(file.path.native());
    if (options.skip_unreadable && options.note) options.note("skipped " + name + ": " + file.unreadable);
    if (++count <= kShown) list.fact(name + ":", file.unreadable);
  }
  if (count == 0 || (options.skip_unreadable && count < files.size())) return;
  Error error(Fault::data, "images: " + std::to_string(count) + " of " + std::to_string(files.size()) +
                               " cannot be read" + list.what());
  if (count > kShown) error.fact("and", std::to_string(count - kShown) + " more");
  throw error.hint("--skip-unreadable leaves them out");
}

}  // namespace

ImageFiles image_files(const std::filesystem::path& folder, const ImageFilesOptions& options,
                       const Threads& threads) {
  std::vector<ImageFile> files = images_below(folder, options.follow_links);
  const auto pixels =
      std::make_shared<const std::vector<std::uint8_t>>(decode_files(files, options, threads));
  check_readable(files, options);
  ImageFiles found;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!files[i].unreadable.empty()) continue;
    places.push_back(i);
    found.names.push_back(printable(files[i].path.lexically_relative(folder).native()));
  }
  found.images.example = {3, options.side, options.side};
  found.images.labels.resize(places.size());
  found.images.read = [pixels, places](std::uint32_t example, std::span<Scalar> input) {
    const std::uint8_t* const image = pixels->data() + places[example] * input.size();
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<Scalar>(image[i]) / 255;
    normalise_photo(input);
  };
  return found;
}

}  // namespace sand::domains
