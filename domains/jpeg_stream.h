// Checks that a JPEG stream has all its image data, and copies it so that a decoder need not guess anything.
#pragma once

#include <cstdint>
#include <span>

#include "domains/decoder_memory.h"
#include "domains/jpeg_header.h"

namespace sand::domains {

/// A stream, or a phrase that says why there is none.
struct TidyJpeg {
  std::span<const std::uint8_t> stream{};  // in the arena
  const char* failure = nullptr;
};

/// Copies the stream of `file` from SOI to EOI. Drops bytes that are no part of the image: stray bytes
/// between scans or in place of EOI, thumbnails, comments. Components are numbered 1, 2, ... An Adobe marker
/// names the transform where a decoder needs it. `header` is the header of `file`, without failure.
///
/// All image data are present if every MCU of every scan has its codes, every component has a scan, a later
/// scan sends each bit that a progressive scan leaves out (Al of T.81), and either all coefficients were sent
/// or EOI says that there are no more. Only reading the codes shows this: a scan has no length, EOI may
/// follow half an image or be missing after a whole one, and a decoder replaces missing data by zeros. Reads
/// at most 100 scans, so a small file takes little time.
TidyJpeg tidy_jpeg(std::span<const std::uint8_t> file, const JpegHeader& header,
                   DecoderMemory& memory) noexcept;

}  // namespace sand::domains
