// Tables in text files (CSV), row by row. Only csv.cpp knows libcsv. Files are untrusted.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "domains/gzip.h"
#include "tensor/error.h"

namespace sand::domains {

constexpr std::size_t kMostCellBytes = std::size_t{1} << 20, kMostColumns = 100'000;

/// The cells of one row, valid during the call that receives it. Blanks around a cell are gone, unless it is
/// quoted.
class CsvRow {
 public:
  CsvRow(const std::string& text, std::span<const std::size_t> ends, std::int64_t number, std::int64_t line,
         char separator)
      : text_(text), ends_(ends), number_(number), line_(line), separator_(separator) {}

  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t column) const {
    const std::size_t begin = column == 0 ? 0 : ends_[column - 1];
    return std::string_view(text_).substr(begin, ends_[column] - begin);
  }
  std::int64_t number() const { return number_; }  ///< 0: the header; 1, 2, ...: the rows below it
  char separator() const { return separator_; }    ///< between the cells of the file
  /// "17 (line 18 of the file)": quoted cells may have line breaks, so the two may differ by more than 1.
  std::string place() const;

 private:
  std::string_view text_;              // of all cells
  std::span<const std::size_t> ends_;  // of the cells in text_
  std::int64_t number_, line_;
  char separator_;
};

/// Calls `take` for the header and for every row below it, each with as many cells as the header. A row ends
/// with CRLF, LF or CR; blank lines are skipped, and so is a byte-order mark. A cell in double quotes may
/// have separators, line breaks and doubled quotes. `separator` 0: see detect_separator().
///
/// Throws Error(data), with row and line, for: a file of another kind, UTF-16 or NUL bytes; an empty file; a
/// row with more or fewer cells than the header; a quote inside an unquoted cell, or text after a closing
/// quote; a quote that is never closed; more than kMostColumns columns, cells of more than kMostCellBytes and
/// rows of more than 64 MiB. Passes on what `take` and the file throw.
void read_csv(GzipReader& file, char separator, const std::function<void(const CsvRow&)>& take);

}  // namespace sand::domains
