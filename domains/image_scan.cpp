#include "domains/image_scan.h"

#include <algorithm>
#include <system_error>

#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

namespace fs = std::filesystem;

/// What is in a folder, by the order of the bytes of the names, without what is hidden.
std::vector<fs::directory_entry> entries(const fs::path& folder) {
  std::vector<fs::directory_entry> found;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem))
    if (at->path().filename().native()[0] != '.') found.push_back(*at);
  check(!problem, [&] {
    const bool missing = problem == std::errc::no_such_file_or_directory || problem == std::errc::not_a_directory;
    return Error(missing ? Fault::missing : Fault::io, "image folder: cannot be read")
        .fact("folder", printable(folder.native()))
        .fact("found ", problem.message());
  });
  const auto by_name = [](const auto& a, const auto& b) { return a.path().filename().native() < b.path().filename().native(); };
  std::sort(found.begin(), found.end(), by_name);
  return found;
}

bool is_image_name(const fs::path& path) {
  std::string ending = path.extension().native();
  for (char& letter : ending) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  return ending == ".jpg" || ending == ".jpeg" || ending == ".png";
}

bool is_link(const fs::directory_entry& entry) {
  std::error_code problem;
  return entry.is_symlink(problem);
}

bool is_folder(const fs::directory_entry& entry) {
  std::error_code problem;
  return entry.is_directory(problem);
}

/// One folder of images of a class.
void scan_class(const fs::directory_entry& folder, ImageScan& found) {
  const std::string class_name = folder.path().filename().native();
  found.classes.insert(class_name);
  for (const fs::directory_entry& entry : entries(folder)) {
    if (is_image_name(entry.path())) {
      found.files.back().push_back({entry.path(), class_name, ""});
      ++found.images;
    } else if (is_folder(entry)) {
      found.files.back().push_back({entry.path(), class_name, is_link(entry) ? "a symbolic link" : "a folder"});
    } else {
      ++found.passed_over;
    }
  }
}

}  // namespace

ImageScan scan_images(const fs::path& root) {
  ImageScan found;
  for (const fs::directory_entry& domain : entries(root)) {
    if (!is_folder(domain)) continue;
    found.domains.push_back(domain.path().filename().native());
    found.files.emplace_back();
    if (is_link(domain)) {  // it may lead anywhere
      found.files.back().push_back({domain.path(), "", "a symbolic link"});
      continue;
    }
    for (const fs::directory_entry& of_class : entries(domain)) {
      if (!is_folder(of_class)) continue;
      if (is_link(of_class))
        found.files.back().push_back({of_class.path(), "", "a symbolic link"});
      else
        scan_class(of_class, found);
    }
  }
  check(found.images > 0, [&] {
    return Error(Fault::data, "image folder: no images where they were looked for")
        .fact("looked for", printable(root.native()) + "/domain/class/image.jpg (or .jpeg, .png)")
        .fact("found", std::to_string(found.domains.size()) + " domains, " + std::to_string(found.classes.size()) + " classes, 0 images")
        .hint("name the folder that holds the domains");
  });
  return found;
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : entries(folder))
    if (is_folder(entry)) names.push_back(entry.path().filename().native());
  return names;
}

}  // namespace sand::domains
