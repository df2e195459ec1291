// Rules of the sources that a compiler does not check.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
const fs::path kHouse = SANDGRAD_SOURCE_DIR;

/// The folders that a folder may include: itself and those of lower floors.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"tensor", {"tensor"}},
    {"autograd", {"autograd", "tensor"}},
    {"domains", {"domains", "tensor"}},
    {"nn", {"nn", "autograd", "tensor"}},
    {"optim", {"optim", "autograd", "tensor"}},
    {"experiments", {"experiments", "nn", "optim", "autograd", "domains", "tensor"}},
};

/// The folders of experiments/, from the top down: a folder includes itself and those after it. main.cpp is
/// above them.
const std::vector<std::string> kRoomsOfExperiments = {"python",  "commands", "report", "playground",
                                                      "explain", "sweeps",   "runs",   "training",
                                                      "setup",   "machine"};

std::vector<fs::path> sources(const std::string& room) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(kHouse / room))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

TEST_CASE("Every floor includes only its own room and the floors below") {
  for (const auto& [room, allowed] : kMayInclude) {
    REQUIRE_FALSE(sources(room).empty());
    for (const fs::path& file : sources(room)) {
      std::ifstream text(file);
      for (std::string line; std::getline(text, line);) {
        if (line.rfind("#include \"", 0) != 0) continue;
        const std::string included = line.substr(10, line.find('/') - 10);
        CHECK_MESSAGE(allowed.count(included) == 1, file.string() << " includes " << included << "/");
      }
    }
  }
}

TEST_CASE("No room of experiments/ includes one above it") {
  std::set<std::string> above;
  for (const std::string& room : kRoomsOfExperiments) {
    REQUIRE_FALSE(sources("experiments/" + room).empty());
    for (const fs::path& file : sources("experiments/" + room)) {
      std::ifstream text(file);
      const std::string start = "#include \"experiments/";
      for (std::string line; std::getline(text, line);) {
        if (line.rfind(start, 0) != 0) continue;
        const std::string included = line.substr(start.size(), line.find('/', start.size()) - start.size());
        CHECK_MESSAGE(above.count(included) == 0, file.string() << " includes " << included << "/");
      }
    }
    above.insert(room);
  }
  for (const auto& entry : fs::directory_iterator(kHouse / "experiments"))
    if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
      CHECK(entry.path().filename() == "main.cpp");
}

/// The text of a file; a line break and the comment marks and quotes after it become one space.
std::string in_one_line(const fs::path& file) {
  std::ifstream stream(file);
  std::string text;
  bool in_break = false;
  for (const char c : std::string(std::istreambuf_iterator<char>(stream), {})) {
    if (c == '\n') in_break = true;
    if (in_break && std::string_view("\n \t/#*\"").find(c) != std::string_view::npos) continue;
    if (in_break) text += ' ';
    in_break = false;
    text += c;
  }
  return text;
}

TEST_CASE("Sources use the field's own words instead of coined ones") {
  const std::vector<std::string> coined = {"rehears",
                                           "wishes",
                                           "WeightWish",
                                           "spares_value",
                                           "writes_over",
                                           "settle(",
                                           "Effort",
                                           "Voice",
                                           "Story",
                                           "RunRecord",
                                           "run_record",
                                           "consensus",
                                           "rest1",
                                           "cannot be believed",
                                           "means nothing here",
                                           "where they lay",
                                           "left to chance",
                                           "are looked at in every",
                                           "as small as they came",
                                           "may do nothing but compute",
                                           "last_use"};
  std::vector<fs::path> files = {kHouse / "README.md", kHouse / "CONTRIBUTING.md"};
  for (const char* folder : {"tensor", "autograd", "nn", "optim", "domains", "experiments", "tests", "docs"})
    for (const auto& entry : fs::recursive_directory_iterator(kHouse / folder))
      if (entry.is_regular_file()) files.push_back(entry.path());
  for (const fs::path& file : files) {
    if (file.filename() == "floors_test.cpp" || file.extension() == ".safetensors" ||
        file.extension() == ".png")
      continue;
    const std::string text = in_one_line(file);
    for (const std::string& word : coined)
      CHECK_MESSAGE(text.find(word) == std::string::npos, file.string() << " says \"" << word << "\"");
  }
}

TEST_CASE("Every combiner has its own test file") {
  REQUIRE_FALSE(sources("optim/combiners").empty());
  for (const fs::path& combiner : sources("optim/combiners")) {
    const fs::path test = kHouse / "tests/optim/combiners" / (combiner.stem().string() + "_test.cpp");
    CHECK_MESSAGE(fs::exists(test), combiner.filename().string() << " lacks " << test.string());
  }
}

TEST_CASE("Every op has its own test file") {
  for (const fs::path& op : sources("autograd/ops")) {
    if (std::ifstream page(op);
        std::string(std::istreambuf_iterator<char>(page), {}).find("OpDoc doc{") == std::string::npos)
      continue;
    const fs::path test = kHouse / "tests/autograd/ops" / (op.stem().string() + "_test.cpp");
    CHECK_MESSAGE(fs::exists(test), op.filename().string() << " lacks " << test.string());
  }
}

TEST_CASE("Libraries that read files, and MPI, are each included in one source") {
  const std::map<std::string, std::string> places = {{"zlib.h", "domains/gzip.cpp"},
                                                     {"csv.h", "domains/tables/csv.cpp"},
                                                     {"mpi.h", "experiments/machine/mpi.cpp"},
                                                     {"stb/stb_image.h", "domains/decode_rgb.cpp"}};
  for (const auto& [library, place] : places) {
    std::vector<std::string> found;
    for (const auto& [room, allowed] : kMayInclude)
      for (const fs::path& file : sources(room)) {
        std::ifstream text(file);
        for (std::string line; std::getline(text, line);)
          if (line == "#include <" + library + ">") found.push_back(fs::relative(file, kHouse).string());
      }
    CHECK(found == std::vector<std::string>{place});
  }
}
