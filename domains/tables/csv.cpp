#include "domains/tables/csv.h"

#include <csv.h>

#include <array>
#include <exception>
#include <new>
#include <vector>

#include "domains/tables/separator.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

constexpr std::size_t kCsvBlock = 1 << 16, kMostRowBytes = 64 << 20;

Error broken_csv(const std::string& rule, const std::string& file) {
  return Error(Fault::data, "table: " + rule).fact("file", file);
}

std::string place_of(std::int64_t row, std::int64_t line) {
  return row == 0 ? "the header (line " + std::to_string(line) + ")"
                  : std::to_string(row) + " (line " + std::to_string(line) + " of the file)";
}

/// Counts the line breaks in text: CRLF, LF or CR. Searches one letter at a time: that is fast.
std::int64_t line_breaks(std::string_view text) {
  std::int64_t count = 0;
  for (std::size_t i = text.find('\n'); i != text.npos; i = text.find('\n', i + 1)) ++count;
  for (std::size_t i = text.find('\r'); i != text.npos; i = text.find('\r', i + 1))
    count += text.substr(i + 1, 1) != "\n";
  return count;
}

/// What another file begins with.
constexpr std::array<std::array<const char*, 3>, 9> kOtherFiles = {{
    {"PK\3\4", "a zip archive, as Excel's .xlsx is", "save the sheet as CSV (UTF-8)"},
    {"\xd0\xcf\x11\xe0", "an old Office file (.xls)", "save the sheet as CSV (UTF-8)"},
    {"PAR1", "Parquet", "in Python: pandas.read_parquet(OLD).to_csv(NEW, index=False)"},
    {"SQLite format 3", "a database of SQLite", "sqlite3 -header -csv OLD 'select * from TABLE' >NEW"},
    {"version https://git-lfs", "a git-lfs pointer", "git lfs pull fetches the file itself"},
    {"<", "a page of HTML or XML", "fetch the file again: an error page was saved in its place"},
    {"\xff\xfe", "text in UTF-16", "save it as UTF-8: iconv -f UTF-16 -t UTF-8 OLD >NEW"},
    {"\xfe\xff", "text in UTF-16", "save it as UTF-8: iconv -f UTF-16 -t UTF-8 OLD >NEW"},
    {"\x1f\x8b", "gzip data inside gzip data", "unpack it once with gunzip"},
}};

void refuse_other_files(std::string_view beginning, const std::string& file) {
  check(!beginning.empty(), [&] {
    return broken_csv("the file is empty", file).hint("a table begins with the names of its columns");
  });
  for (const auto& [magic, name, hint] : kOtherFiles)
    check(!beginning.starts_with(magic), [&, name = name, hint = hint] {
      return broken_csv("this is another kind of file", file).fact("found", name).hint(hint);
    });
}

/// Collects the cells of libcsv in rows. Exceptions do not cross libcsv, which is written in C: the first one
/// waits in `failure`.
class CsvParser {
 public:
  CsvParser(const std::string& file, char separator, const std::function<void(const CsvRow&)>& take)
      : file_(file), take_(take), separator_(separator) {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) throw std::bad_alloc();
    csv_set_delim(&parser_, static_cast<unsigned char>(separator));
  }
  CsvParser(const CsvParser&) = delete;
  CsvParser& operator=(const CsvParser&) = delete;
  ~CsvParser() { csv_free(&parser_); }

  void add(std::string_view block) {
    const std::size_t done = csv_parse(&parser_, block.data(), block.size(), on_cell, on_row, this);
    if (failure_) std::rethrow_exception(failure_);
    if (csv_get_buffer_size(&parser_) > kMostCellBytes + 2 * kCsvBlock) refuse_long_cell();
    if (done == block.size()) return;
    if (csv_error(&parser_) == CSV_ENOMEM) throw std::bad_alloc();
    throw here("a quote inside a cell without quotes, or text after a closing quote")
        .fact("column", std::to_string(cells_ + 1))
        .hint("a cell with quotes is written \"so: \"\"quoted\"\"\"");
  }

  void end() {
    const int code = csv_fini(&parser_, on_cell, on_row, this);
    if (failure_) std::rethrow_exception(failure_);
    check(code == 0, [&] {
      return here("a quote is never closed")
          .hint("the cell that begins with it goes on to the end of the file");
    });
  }

 private:
  static void on_cell(void* text, std::size_t size, void* self) {
    CsvParser& parser = *static_cast<CsvParser*>(self);
    if (parser.failure_) return;
    try {
      parser.cell({static_cast<const char*>(text), size});
    } catch (...) {
      parser.failure_ = std::current_exception();
    }
  }
  static void on_row(int end, void* self) {
    CsvParser& parser = *static_cast<CsvParser*>(self);
    if (parser.failure_) return;
    try {
      parser.line_break(end);
    } catch (...) {
      parser.failure_ = std::current_exception();
    }
  }

  void cell(std::string_view text) {
    after_return_ = false;
    ++cells_;
    if (text.size() > kMostCellBytes) refuse_long_cell();
    if (rows_ > 0 && cells_ > columns_) return;  // only counted, for the error
    check(cells_ <= kMostColumns, [&] {
      return broken_csv("too many columns", file_)
          .fact("expected", "at most " + std::to_string(kMostColumns))
          .hint("is it the right --separator, or a matrix that must be transposed?");
    });
    check(text_.size() + text.size() <= kMostRowBytes, [&] {
      return here("a row is too long")
          .fact("expected", "at most " + std::to_string(kMostRowBytes >> 20) + " MiB");
    });
    text_.append(text);
    ends_.push_back(text_.size());
  }

  /// A line break outside of quotes, or the end of the file.
  void line_break(int end) {
    const bool second_half = end == '\n' && after_return_;
    if (cells_ > 0) row();
    after_return_ = end == '\r';
    line_ += !second_half;
  }

  void row() {
    check(text_.find('\0') == text_.npos, [&] {
      return here("a NUL byte").hint("is it a binary file, or text in UTF-16? tables are text in UTF-8");
    });
    if (rows_ == 0) columns_ = cells_;
    check(cells_ == columns_, [&] {
      return here(cells_ < columns_ ? "a row has too few cells" : "a row has too many cells")
          .fact("expected", std::to_string(columns_) + ", as many as the header has")
          .fact("found", std::to_string(cells_))
          .hint("is it the right --separator? a cell that contains it must be in double quotes");
    });
    take_(CsvRow(text_, ends_, rows_, line_, separator_));
    line_ += line_breaks(text_);
    ++rows_;
    cells_ = 0;
    text_.clear();
    ends_.clear();
  }

  /// An error in the present row.
  Error here(const std::string& rule) const {
    return broken_csv(rule, file_).fact("row", place_of(rows_, line_));
  }
  [[noreturn]] void refuse_long_cell() const {
    throw here("a cell is too long")
        .fact("expected", "at most " + std::to_string(kMostCellBytes >> 20) + " MiB")
        .hint("is a quote missing? the cell may begin in an earlier line");
  }

  const std::string& file_;
  const std::function<void(const CsvRow&)>& take_;
  const char separator_;
  csv_parser parser_{};
  std::exception_ptr failure_;
  std::string text_;               // of the cells of the present row
  std::vector<std::size_t> ends_;  // of these cells in text_
  std::size_t cells_ = 0, columns_ = 0;
  std::int64_t rows_ = 0;      // with the header
  std::int64_t line_ = 1;      // in which the present row begins
  bool after_return_ = false;  // the last character was CR, so LF would belong to it
};

}  // namespace

std::string CsvRow::place() const { return place_of(number_, line_); }

void read_csv(GzipReader& file, char separator, const std::function<void(const CsvRow&)>& take) {
  std::array<char, kCsvBlock> block;
  const auto next = [&] {
    const auto bytes = std::as_writable_bytes(std::span(block));
    return std::string_view(block.data(),
                            file.read({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}));
  };
  std::string_view text = next();
  refuse_other_files(text, file.name());
  if (constexpr std::string_view kMark = "\xef\xbb\xbf"; text.starts_with(kMark))
    text.remove_prefix(kMark.size());
  check(text.find_first_not_of("\r\n\t ") != std::string_view::npos, [&] {
    return broken_csv("the file has no header", file.name())
        .fact("found", "a blank beginning")
        .hint("a table begins with the names of its columns");
  });
  if (separator == 0) separator = detect_separator(text);
  check(separator != 0, [&] {
    return broken_csv("no separator divides the header", file.name())
        .fact("header", in_quotes(text.substr(0, text.find_first_of("\r\n"))))
        .hint("the cells of a row are separated by , ; tab or |; --separator names one of them");
  });
  CsvParser parser(file.name(), separator, take);
  for (; !text.empty(); text = next()) parser.add(text);
  parser.end();
}

}  // namespace sand::domains
