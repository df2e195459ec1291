// Files as Linux writes them, under a root of the test.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/folder.h"

namespace sand::testing {

struct SystemFiles : Folder {
  void write(const std::filesystem::path& file, const std::string& text) const {
    std::filesystem::create_directories((path / file).parent_path());
    std::ofstream(path / file) << text;
  }
};

}  // namespace sand::testing
