// Rules of the sources that a compiler does not check.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
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
const std::vector<std::string> kRoomsOfExperiments = {"commands", "explain", "runs",
                                                      "training", "setup",   "machine"};

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
                                           "is left to chance",
                                           "are looked at in every"};
  for (const char* folder : {"tensor", "autograd", "nn", "optim", "domains", "experiments", "tests", "docs"})
    for (const auto& entry : fs::recursive_directory_iterator(kHouse / folder)) {
      const fs::path& file = entry.path();
      if (!entry.is_regular_file() || file.filename() == "floors_test.cpp" ||
          file.extension() == ".safetensors")
        continue;
      std::ifstream stream(file);
      const std::string text(std::istreambuf_iterator<char>(stream), {});
      for (const std::string& word : coined)
        CHECK_MESSAGE(text.find(word) == std::string::npos, file.string() << " says \"" << word << "\"");
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
