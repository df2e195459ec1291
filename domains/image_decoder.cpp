#include "domains/image_decoder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <system_error>

#include "domains/decode_rgb.h"
#include "domains/exif.h"
#include "domains/resize.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

constexpr std::size_t kLargestFile = 64 << 20;  // bytes
constexpr std::size_t kReasonBytes = 200;

/// Sent to the sandbox before the bytes of the file; returned before the pixels or the reason for failure.
struct Question {
  std::int32_t side;
};
struct Answer {
  std::int32_t decoded;
  std::int32_t orientation;
};

/// Runs in the sandbox.
std::size_t decode_and_resize(std::span<const std::uint8_t> question, std::span<std::uint8_t> answer,
                              DecoderMemory& memory) {
  Question asked{};
  std::memcpy(&asked, question.data(), sizeof asked);
  const std::span<const std::uint8_t> file = question.subspan(sizeof asked);
  const int orientation = exif_orientation(file);
  const Rgb image = decode_rgb(file, memory);
  const std::size_t room = image.failure ? 0 : resize_scratch(image.width, image.height, asked.side);
  memory.limit(SIZE_MAX);
  void* scratch = image.failure ? nullptr : memory.take(room);
  const Answer said{scratch != nullptr, orientation};
  std::memcpy(answer.data(), &said, sizeof said);
  const std::span<std::uint8_t> rest = answer.subspan(sizeof said);
  if (scratch == nullptr) {
    const char* why = image.failure ? image.failure : "resizing needs more memory than is available";
    const std::size_t length = std::min(std::strlen(why), kReasonBytes);
    std::memcpy(rest.data(), why, length);
    return sizeof said + length;
  }
  const std::size_t bytes =
      std::size_t{3} * static_cast<std::size_t>(asked.side) * static_cast<std::size_t>(asked.side);
  resize(RgbView::interleaved(image.pixels, image.width, image.height), asked.side, rest.first(bytes),
         {static_cast<std::byte*>(scratch), room});
  return sizeof said + bytes;
}

/// Upper bound on the bytes for decoding a file to `side` x `side` pixels, including the file itself.
std::uint64_t memory_needed(std::span<const std::uint8_t> file, int side) {
  const std::uint64_t decoding = decode_memory(file);
  return decoding == 0 ? 0
                       : decoding + file.size() + resize_scratch(int{kMostInARow}, int{kMostInARow}, side);
}

Error too_large(const std::filesystem::path& file, std::uint64_t needed, std::uint64_t free,
                const char* what_to_do) {
  const auto megabytes = [](std::uint64_t bytes) {
    return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
  };
  return Error(Fault::resources, "image: there is not enough memory to decode it")
      .fact("file", printable(file.native()))
      .fact("needed", "up to " + megabytes(needed))
      .fact("found", megabytes(free) + " for decoding")
      .hint(what_to_do);
}

int checked_side(int side) {
  check(side >= 8 && side <= 512, [&] {
    return Error(Fault::usage, "image: the side must be 8 to 512 pixels").fact("found", std::to_string(side));
  });
  return side;
}

/// An open file; `number` is negative if it cannot be opened. Does not wait for the writer of a pipe.
class Opened {
 public:
  Opened(const std::filesystem::path& file, bool follow_links)
      : number(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | (follow_links ? 0 : O_NOFOLLOW))) {}
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() {
    if (number >= 0) ::close(number);
  }
  const int number;
};

/// Why a file is unreadable, if the file is the cause; throws if the system is.
std::string reason_to_skip(int problem, const std::filesystem::path& file) {
  if (problem == ELOOP) return "a symbolic link";
  const std::string text = std::generic_category().message(problem);
  for (const int of_the_file : {EACCES, EPERM, ENXIO, ENODEV})
    if (problem == of_the_file) return text;
  const bool short_of = problem == EMFILE || problem == ENFILE || problem == ENOMEM;
  Error error(short_of ? Fault::resources : Fault::io, "image: reading failed");
  error.fact("file", printable(file.native())).fact("found", text);
  throw short_of ? error.hint("free some, or raise the limit (ulimit -n for open files)") : error;
}

/// Reads the whole file into `room`. Returns why that failed, or "".
std::string read_whole(const std::filesystem::path& path, bool follow_links, std::span<std::uint8_t> room,
                       std::size_t& size) {
  const Opened file(path, follow_links);
  if (file.number < 0) return reason_to_skip(errno, path);
  struct stat status = {};
  if (::fstat(file.number, &status) != 0) return reason_to_skip(errno, path);
  if (!S_ISREG(status.st_mode)) return S_ISDIR(status.st_mode) ? "a folder" : "not a regular file";
  if (status.st_size == 0) return "an empty file";
  if (static_cast<std::uint64_t>(status.st_size) > kLargestFile) return "a file of more than 64 MiB";
  for (size = 0; size < static_cast<std::size_t>(status.st_size);) {
    const ssize_t count =
        ::read(file.number, room.data() + size, static_cast<std::size_t>(status.st_size) - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return reason_to_skip(errno, path);
    if (count == 0) return "a file that was cut while it was read";
    size += static_cast<std::size_t>(count);
  }
  return "";
}

}  // namespace

ImageDecoder::ImageDecoder(int side, const ImageDecoderOptions& options)
    : side_(checked_side(side)),
      options_(options),
      sandbox_(decode_and_resize,
               {.question = sizeof(Question) + kLargestFile,
                .answer = sizeof(Answer) +
                          std::max(kReasonBytes, std::size_t{3} * static_cast<std::size_t>(side * side)),
                .memory = std::size_t{1} << 30,
                .seconds = 10}) {}

std::string ImageDecoder::decode(const std::filesystem::path& file, std::span<std::uint8_t> pixels,
                                 const Sandbox::Waiting& waiting, const Look& look) {
  orientation_ = 1;
  const Question question{side_};
  std::size_t size = 0;
  if (std::string why =
          read_whole(file, options_.follow_links, sandbox_.question().subspan(sizeof question), size);
      !why.empty())
    return why;
  std::memcpy(sandbox_.question().data(), &question, sizeof question);
  const std::span<const std::uint8_t> bytes = sandbox_.question().subspan(sizeof question, size);
  if (look) look(bytes);
  const std::uint64_t needed = memory_needed(bytes, side_);
  check(needed <= sandbox_.memory(), [&] {
    return too_large(file, needed, sandbox_.memory(),
                     "address space is limited: raise ulimit -v (and -d), or use fewer --threads");
  });
  std::optional<MemoryBudget::Share> share;
  if (options_.memory != nullptr) {
    check(needed <= options_.memory->bytes(), [&] {
      return too_large(file, needed, options_.memory->bytes(),
                       "a smaller --image-size leaves more; so does more memory for this job");
    });
    share.emplace(*options_.memory, needed);
  }
  const std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  const Sandbox::Reply reply = sandbox_.ask(sizeof question + size, waiting);
  most_memory_ = std::max<std::uint64_t>(most_memory_, reply.memory_used + size);
  check(!reply.failure.by_system, [&] {
    return Error(Fault::resources, "image: the decoder process did not finish")
        .fact("file", printable(file.native()))
        .fact("found", reply.failure.how)
        .hint(reply.failure.hint);
  });
  if (!reply.failure.how.empty()) {
    seconds_lost_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return "the decoder failed: " + reply.failure.how;
  }

  Answer answer{};
  if (reply.answer.size() < sizeof answer) return "the decoder failed: its answer is malformed";
  std::memcpy(&answer, reply.answer.data(), sizeof answer);
  const std::span<const std::uint8_t> rest = reply.answer.subspan(sizeof answer);
  if (answer.decoded != 0 && rest.size() == pixels.size()) {
    std::copy(rest.begin(), rest.end(), pixels.begin());
    orientation_ = std::clamp(answer.orientation, 1, 8);  // the child may have written any number
    if (options_.turn) turn_upright(pixels, side_, orientation_);
    return "";
  }
  std::string why(rest.begin(),
                  rest.begin() + static_cast<std::ptrdiff_t>(std::min(rest.size(), kReasonBytes)));
  for (char& letter : why)
    if (letter < ' ' || letter > '~') letter = '?';  // the child may have written any bytes
  return "it cannot be decoded: " + why;
}

}  // namespace sand::domains
