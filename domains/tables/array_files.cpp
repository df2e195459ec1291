#include "domains/tables/array_files.h"

#include <algorithm>
#include <array>

#include "tensor/directory.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/npy.h"
#include "tensor/printable.h"
#include "tensor/safetensors.h"

namespace sand::domains {
namespace {

std::string whole_mebibytes(std::uint64_t bytes) {
  return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB";
}

/// Throws unless the folder has the three files. Returns their paths and adds up their sizes.
std::array<std::filesystem::path, 3> files_in(const std::filesystem::path& folder, std::uint64_t& bytes) {
  constexpr std::size_t kShown = 10;
  std::array<std::filesystem::path, 3> files{folder / "x.npy", folder / "y.npy", folder / "domain.npy"};
  std::error_code failure;
  for (const std::filesystem::path& file : files) {
    check(std::filesystem::exists(file, failure), [&] {
      std::vector<std::string> found = Directory(folder.string()).names();
      std::erase_if(found, [](const std::string& name) { return !name.ends_with(".npy"); });
      std::string names;
      for (std::size_t i = 0; i < std::min(found.size(), kShown); ++i)
        names += (i == 0 ? "" : ", ") + printable(found[i]);
      return Error(Fault::missing, "arrays: the folder lacks a file")
          .fact("folder", printable(folder.native()))
          .fact("expected", "x.npy, y.npy and domain.npy")
          .fact("missing", file.filename().string())
          .fact("found", names.empty() ? "no .npy file" : names + (found.size() > kShown ? ", ..." : ""))
          .hint("in Python: numpy.save('" + file.filename().string() + "', ARRAY)");
    });
    bytes += InputFile(file.string()).size();
  }
  return files;
}

}  // namespace

void check_array_memory(std::uint64_t bytes, Index examples, const std::string& name, std::uint64_t memory) {
  constexpr std::uint64_t kForEachExample = 48;
  const std::uint64_t needed = bytes + kForEachExample * static_cast<std::uint64_t>(examples);
  check(needed <= memory, [&] {
    return Error(Fault::resources, "arrays: the file does not fit into memory")
        .fact("file", name)
        .fact("needed", whole_mebibytes(needed))
        .fact("memory", "at most " + whole_mebibytes(memory));
  });
}

ArrayFiles read_array_files(const std::filesystem::path& path, std::uint64_t memory) {
  std::error_code failure;
  if (!std::filesystem::is_directory(path, failure)) {
    const std::string name = printable(path.native());
    check_array_memory(InputFile(path.string()).size(), 0, name, memory);
    Safetensors file = Safetensors::read(path.string());
    return {{file.take("x"), file.take("y"), file.take("domain")}, name, false, {path}};
  }
  std::uint64_t bytes = 0;
  const std::array<std::filesystem::path, 3> files = files_in(path, bytes);
  const std::string name = printable((path / "").parent_path().native());
  check_array_memory(bytes, 0, name, memory);
  const auto read = [&](std::size_t i) { return Npy::read(files[i].string()).take(); };
  return {{read(0), read(1), read(2)}, name, true, {files.begin(), files.end()}};
}

}  // namespace sand::domains
