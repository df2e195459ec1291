#include "domains/image_folder.h"

#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "domains/augmentation.h"
#include "domains/image_decoder.h"
#include "domains/image_scan.h"
#include "domains/imagenet.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

namespace fs = std::filesystem;

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
  const ImageDecoderOptions wanted{.follow_links = options.follow_links, .memory = &memory};
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

/// The result of decoding.
struct Decoded {
  std::vector<std::uint8_t> images;   // of readable files; ImageFile says why others are not readable
  std::uint64_t decoders_memory = 0;  // bytes
};

Decoded decode_all(const std::vector<ImageFile*>& files, const ImageFolderOptions& options,
                   const Threads& threads) {
  constexpr double kMostLost = 60;  // seconds, on images that crash or stall the decoder
  const std::size_t bytes_each =
      std::size_t{3} * static_cast<std::size_t>(options.side) * static_cast<std::size_t>(options.side);
  const int total = static_cast<int>(files.size());
  const std::uint64_t most = options.memory > 0 ? options.memory : half_of_memory();
  MemoryBudget rest(most - std::min<std::uint64_t>(most, files.size() * bytes_each));
  // Before any thread starts.
  const auto decoders = start_decoders(std::min(threads.count(), total), options, rest);
  Decoded decoded{claim(files.size(), bytes_each, most)};
  std::mutex telling;
  int done = 0;
  double lost = 0;
  Error losses(Fault::data, "image folder: images on which the decoder fails took more than 60 s");
  Threads(static_cast<int>(decoders.size())).run(total, [&](int task, int worker) {
    const std::size_t i = static_cast<std::size_t>(task);
    ImageFile& file = *files[i];
    ImageDecoder& decoder = *decoders[static_cast<std::size_t>(worker)];
    const auto waiting = [&](const std::string& state) {
      const std::lock_guard<std::mutex> one_at_a_time(telling);
      if (options.note) options.note("waiting for " + printable(file.path.native()) + ": " + state);
    };
    const double lost_before = decoder.seconds_lost();
    if (file.unreadable.empty())
      file.unreadable =
          decoder.decode(file.path, std::span(decoded.images).subspan(i * bytes_each, bytes_each), waiting);
    const std::lock_guard<std::mutex> one_at_a_time(telling);
    if (options.progress) options.progress(++done, total);
    const double lost_here = decoder.seconds_lost() - lost_before;
    lost += lost_here;
    if (lost_here > 1) losses.fact(printable(file.path.native()) + ":", file.unreadable);
    check(lost < kMostLost, [&] { return losses.hint("move them away"); });
  });
  for (const auto& decoder : decoders) decoded.decoders_memory += decoder->most_memory();
  return decoded;
}

/// Throws an error about unreadable images, or notes them. Returns their number.
std::size_t tell_unreadable(const std::vector<ImageFile*>& files, const ImageFolderOptions& options) {
  constexpr std::size_t kShown = 5;
  std::size_t count = 0;
  Error error(Fault::data, "");
  for (const ImageFile* file : files) {
    if (file->unreadable.empty()) continue;
    ++count;
    const std::string name = printable(file->path.native());
    if (options.skip_unreadable && options.note) options.note("skipped " + name + ": " + file->unreadable);
    if (count <= kShown) error.fact(name + ":", file->unreadable);
  }
  if (count == 0 || options.skip_unreadable) return count;
  Error whole(Fault::data, "image folder: " + std::to_string(count) + " of " + std::to_string(files.size()) +
                               " images cannot be read" + error.what());
  if (count > kShown) whole.fact("and", std::to_string(count - kShown) + " more");
  throw whole.hint("--skip-unreadable skips them");
}

/// Notes the files among the images that are not images.
void tell_passed_over(const ImageScan& found, const ImageFolderOptions& options) {
  std::string litter;
  for (const std::string& name : found.litter) litter += (litter.empty() ? "" : ", ") + printable(name);
  if (!litter.empty() && options.note) options.note("skipped system files: " + litter);
  if (found.passed_over > 0 && options.note)
    options.note("skipped " + std::to_string(found.passed_over) + " files without an image extension");
}

/// The domains share this.
struct Images {
  std::vector<std::uint8_t> bytes;  // [n, 3, side, side]
  int side;

  std::size_t each() const {
    return std::size_t{3} * static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  }
  std::span<const std::uint8_t> operator[](std::size_t image) const {
    return std::span(bytes).subspan(image * each(), each());
  }
};

using Classes = decltype(ImageScan::classes);

/// The readable images of `files`. `first` is the number of the first one.
Domain photo_domain(const std::string& name, const std::vector<ImageFile>& files, const Classes& classes,
                    std::shared_ptr<const Images> images, std::size_t first) {
  Domain domain{
      .name = printable(name), .example = {3, images->side, images->side}, .labels = {}, .read = {}};
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!files[i].unreadable.empty()) continue;
    which.push_back(first + i);
    domain.labels.push_back(
        static_cast<std::int32_t>(std::distance(classes.begin(), classes.find(files[i].class_name))));
  }
  check(!which.empty(), [&] {
    return Error(Fault::data, "image folder: a domain has no images")
        .fact("domain", domain.name)
        .hint("every folder here must be a domain with a folder for each class: move other folders away");
  });
  const auto shared = std::make_shared<const std::vector<std::size_t>>(std::move(which));
  domain.read = [images, shared](std::uint32_t example, std::span<Scalar> input) {
    const std::span<const std::uint8_t> image = (*images)[(*shared)[example]];
    for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<Scalar>(image[i]) / 255;
    normalise_photo(input);
  };
  domain.augment = [images, shared](std::uint32_t example, Random random, std::span<Scalar> input) {
    augment((*images)[(*shared)[example]], images->side, random, input);
    normalise_photo(input);
  };
  return domain;
}

/// Notes the classes of which a domain has no example.
void tell_lacking(const Domain& domain, const Classes& classes, const ImageFolderOptions& options) {
  std::string lacking;
  int label = 0;
  for (const auto& [name, domains] : classes)
    if (std::find(domain.labels.begin(), domain.labels.end(), label++) == domain.labels.end())
      lacking += (lacking.empty() ? "" : ", ") + printable(name);
  if (!lacking.empty() && options.note)
    options.note("domain " + domain.name + " has no images of " + lacking);
}

}  // namespace

DataSet image_folder(const fs::path& folder, const ImageFolderOptions& options, const Threads& threads) {
  ImageScan found = scan_images(folder, options.follow_links);
  check_classes(folder, found, options.skip_unreadable);
  std::vector<ImageFile*> all;
  for (std::vector<ImageFile>& files : found.files)
    for (ImageFile& file : files) all.push_back(&file);
  Decoded decoded = decode_all(all, options, threads);
  const auto images = std::make_shared<const Images>(Images{std::move(decoded.images), options.side});
  const std::size_t unreadable = tell_unreadable(all, options);
  check_classes(folder, found, true);
  tell_passed_over(found, options);

  const std::string side = std::to_string(options.side);
  DataSet data{.name = options.name,
               .source = std::to_string(all.size() - unreadable) + " images from " +
                         printable(folder.native()) + " at " + side + " x " + side,
               .example = {3, options.side, options.side},
               .classes = static_cast<int>(found.classes.size()),
               .domains = {},
               .mean = {kImageNetMean.begin(), kImageNetMean.end()},
               .deviation = {kImageNetDeviation.begin(), kImageNetDeviation.end()}};
  for (const auto& of_class : found.classes) data.class_names.push_back(printable(of_class.first));
  for (const ImageFile* file : all)
    if (file->unreadable.empty()) data.files.push_back(file->path);
  data.decoders_memory = decoded.decoders_memory;
  if (unreadable > 0) data.source += ", " + std::to_string(unreadable) + " unreadable ones left out";
  std::size_t first = 0;
  for (std::size_t d = 0; d < found.domains.size(); ++d) {
    data.domains.push_back(photo_domain(found.domains[d], found.files[d], found.classes, images, first));
    tell_lacking(data.domains.back(), found.classes, options);
    first += found.files[d].size();
  }
  return data;
}

}  // namespace sand::domains
