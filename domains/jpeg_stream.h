// Our own look at a JPEG stream: whether all its image data are there, and a copy of it that leaves a decoder
// nothing to guess.
#pragma once

#include <cstdint>
#include <span>

#include "domains/decoder_memory.h"
#include "domains/jpeg_header.h"

namespace sand::domains {

/// A stream, or one phrase on why there is none.
struct TidyJpeg {
  std::span<const std::uint8_t> stream{};  // in the arena
  const char* failure = nullptr;
};

/// The stream of `file`, whose header is `header` and without failure, from SOI to EOI without what is no
/// part of the image: litter between scans or in place of EOI, thumbnails, comments. Components are called 1,
/// 2, ...; an Adobe marker tells the transform where one is needed.
///
/// All image data are there if every MCU of every scan has its codes, every component a scan, every bit that
/// a progressive scan leaves out (Al of T.81) a later one, and either all coefficients were sent or EOI says
/// that there were no more. Only reading the codes tells that: a scan has no length, EOI may stand behind
/// half an image or lack behind a whole one, and a decoder fills up with zeros. Read on are at most 100
/// scans, so that a small file does not cost much time.
TidyJpeg tidy_jpeg(std::span<const std::uint8_t> file, const JpegHeader& header,
                   DecoderMemory& memory) noexcept;

}  // namespace sand::domains
