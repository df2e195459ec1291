#include "domains/image_scan.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <system_error>

#include "domains/alike_names.h"
#include "tensor/error.h"
#include "tensor/printable.h"

namespace sand::domains {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLink = "a symbolic link; --follow-links follows it";
constexpr const char* kFolderInClass = "a folder inside a class; photos belong in domain/class/";
constexpr const char* kLinkToNothing = "a broken symbolic link";

/// System files of file systems, archivers and desktops. Names that begin with a dot are hidden anyway.
constexpr std::string_view kLitter[] = {"@eadir",       "@tmp",
                                        "@recycle",     "@recently-snapshot",
                                        "#recycle",     "#snapshot",
                                        "__macosx",     "lost+found",
                                        "$recycle.bin", "recycler",
                                        "thumbs.db",    "ehthumbs.db",
                                        "desktop.ini",  "system volume information",
                                        "icon\r"};

/// Extensions of photos. The content decides the format: reading reports what is neither JPEG nor PNG.
constexpr std::string_view kImageEndings[] = {".jpg", ".jpeg", ".jpe",  ".jfif", ".png", ".bmp", ".dib",
                                              ".gif", ".tif",  ".tiff", ".webp", ".ppm", ".pgm", ".pbm",
                                              ".pnm", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".tga",
                                              ".psd", ".ico",  ".svg",  ".exr",  ".dng"};

std::string lower(std::string text) {
  for (char& letter : text)
    letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  return text;
}

bool is_image_name(const fs::path& path) {
  const std::string ending = lower(path.extension().native());
  return std::find(std::begin(kImageEndings), std::end(kImageEndings), ending) != std::end(kImageEndings);
}

bool is_hidden(const fs::path& path) { return path.filename().native()[0] == '.'; }

bool is_litter(const fs::path& path) {
  return std::find(std::begin(kLitter), std::end(kLitter), lower(path.filename().native())) !=
         std::end(kLitter);
}

Error unreadable_folder(const fs::path& path, const std::error_code& problem) {
  const bool missing =
      problem == std::errc::no_such_file_or_directory || problem == std::errc::not_a_directory;
  return Error(missing ? Fault::missing : Fault::io, "image folder: cannot be read")
      .fact("folder", printable(path.native()))
      .fact("found", problem.message());
}

struct Entry {
  fs::path path;
  bool folder = false;       // or a link that may be a folder
  std::string unreadable{};  // the reason; "" if it can be read
};

Entry entry_of(const fs::directory_entry& found, bool follow_links) {
  std::error_code problem;
  const bool link = found.is_symlink(problem);
  if (!link) {
    const bool folder = !problem && found.is_directory(problem);
    check(!problem, [&] { return unreadable_folder(found.path(), problem); });
    return {found.path(), folder};
  }
  const fs::file_status target = fs::status(found.path(), problem);
  const bool nowhere = !fs::exists(target);
  return {found.path(), fs::is_directory(target) || nowhere,
          !follow_links ? kLink
          : nowhere     ? kLinkToNothing
                        : ""};
}

/// The entries of a folder in byte order of their names, without hidden files and without system files. The
/// names of the latter are added to `litter`.
std::vector<Entry> entries(const fs::path& folder, bool follow_links, std::set<std::string>& litter) {
  std::vector<Entry> found;
  std::error_code problem;
  for (fs::directory_iterator at(folder, problem), end; !problem && at != end; at.increment(problem)) {
    if (is_hidden(at->path())) continue;
    if (is_litter(at->path()))
      litter.insert(at->path().filename().native());
    else
      found.push_back(entry_of(*at, follow_links));
  }
  check(!problem, [&] { return unreadable_folder(folder, problem); });
  const auto by_name = [](const Entry& a, const Entry& b) {
    return a.path.filename().native() < b.path.filename().native();
  };
  std::sort(found.begin(), found.end(), by_name);
  return found;
}

/// Scans one folder with images of a class.
void scan_class(const fs::path& folder, bool follow_links, ImageScan& found) {
  const std::string class_name = folder.filename().native();
  found.classes[class_name].insert(found.domains.size() - 1);
  for (const Entry& entry : entries(folder, follow_links, found.litter)) {
    if (is_image_name(entry.path)) {
      found.files.back().push_back({entry.path, class_name, entry.unreadable});
      ++found.images;
    } else if (entry.folder) {
      found.files.back().push_back(
          {entry.path, class_name, entry.unreadable.empty() ? kFolderInClass : entry.unreadable});
    } else {
      ++found.passed_over;
    }
  }
}

/// An image at another depth than domain/class/image, if a short search finds one.
std::string image_elsewhere(const fs::path& root) {
  int looks = 10'000;
  std::error_code problem;
  for (fs::recursive_directory_iterator at(root, fs::directory_options::skip_permission_denied, problem), end;
       !problem && at != end && looks-- > 0; at.increment(problem)) {
    if (is_hidden(at->path()) || is_litter(at->path()))
      at.disable_recursion_pending();
    else if (is_image_name(at->path()))
      return printable(at->path().native());
  }
  return "";
}

const ImageFile* first_link(const ImageScan& found) {
  for (const std::vector<ImageFile>& files : found.files)
    for (const ImageFile& file : files)
      if (file.unreadable == kLink || file.unreadable == kLinkToNothing) return &file;
  return nullptr;
}

/// Throws if one of two names may be a copy of the other, unless `meant` says that both are intended.
template <class Meant>
void check_alike(const char* what, const fs::path& root,
                 const std::vector<std::pair<std::string, std::string>>& names, Meant meant) {
  for (std::size_t i = 0; i < names.size(); ++i)
    for (std::size_t j = i + 1; j < names.size(); ++j)
      check(!alike(names[i].first, names[j].first) || meant(names[i].first, names[j].first), [&] {
        const auto bytes = [&](const auto& name) {
          return printable((root / name.second).native()) + ", of " + std::to_string(name.first.size()) +
                 " bytes";
        };
        return Error(Fault::data,
                     std::string("image folder: ") + what + " that differ in case or Unicode form only")
            .fact("one", bytes(names[i]))
            .fact("another", bytes(names[j]))
            .hint("give them the same name, or clearly different names");
      });
}

}  // namespace

ImageScan scan_images(const fs::path& root, bool follow_links) {
  ImageScan found;
  for (const Entry& domain : entries(root, follow_links, found.litter)) {
    if (!domain.folder) continue;
    found.domains.push_back(domain.path.filename().native());
    found.files.emplace_back();
    if (!domain.unreadable.empty()) {
      found.files.back().push_back({domain.path, "", domain.unreadable});
      continue;
    }
    for (const Entry& of_class : entries(domain.path, follow_links, found.litter)) {
      if (!of_class.folder) continue;
      if (!of_class.unreadable.empty())
        found.files.back().push_back({of_class.path, "", of_class.unreadable});
      else
        scan_class(of_class.path, follow_links, found);
    }
  }
  check(found.images > 0, [&] {
    Error error(Fault::data, "image folder: no images found");
    error.fact("looked for", printable(root.native()) + "/domain/class/image.jpg (or .jpeg, .png)")
        .fact("found", std::to_string(found.domains.size()) + " domains, " +
                           std::to_string(found.classes.size()) + " classes, 0 images");
    const auto link = first_link(found);
    const std::string elsewhere = image_elsewhere(root);
    if (link != nullptr) error.fact("but", printable(link->path.native()) + ": " + link->unreadable);
    if (!elsewhere.empty()) error.fact("but", elsewhere);
    return error.hint(
        "name the folder that holds the domains; if a folder is between domain and class, move the classes "
        "up");
  });

  std::vector<std::pair<std::string, std::string>> domains, classes;  // name, path below the root
  for (const std::string& name : found.domains) domains.emplace_back(name, name);
  for (const auto& [name, in] : found.classes)
    classes.emplace_back(name, (fs::path(found.domains[*in.begin()]) / name).native());
  check_alike("domains", root, domains, [](const auto&, const auto&) { return false; });
  check_alike("classes", root, classes,
              [&](const auto& a, const auto& b) { return found.classes.at(a) == found.classes.at(b); });
  return found;
}

std::vector<ImageFile> images_below(const fs::path& folder, bool follow_links) {
  constexpr int kDeepest = 16;  // a link may lead to a folder above it
  std::vector<ImageFile> images;
  std::set<std::string> litter;
  const auto visit = [&](const auto& again, const fs::path& at, int depth) -> void {
    for (const Entry& entry : entries(at, follow_links, litter)) {
      if (is_image_name(entry.path))
        images.push_back({entry.path, "", entry.unreadable});
      else if (entry.folder && entry.unreadable.empty() && depth < kDeepest)
        again(again, entry.path, depth + 1);
    }
  };
  visit(visit, folder, 0);
  check(!images.empty(), [&] {
    return Error(Fault::data, "image folder: there is no image in it")
        .fact("folder", printable(folder.native()))
        .hint("images are files with names like photo.jpg or photo.png");
  });
  return images;
}

void check_classes(const fs::path& root, const ImageScan& found, bool skip_unreadable) {
  std::set<std::string> with_images;
  for (const std::vector<ImageFile>& files : found.files)
    for (const ImageFile& file : files)
      if (file.unreadable.empty() || !skip_unreadable) with_images.insert(file.class_name);
  for (const auto& of_class : found.classes)
    check(with_images.count(of_class.first) == 1, [&] {
      const std::string& name = of_class.first;
      return Error(Fault::data, "image folder: a class has no images in any domain")
          .fact("class", printable(name))
          .fact("folder", printable((root / found.domains[*of_class.second.begin()] / name).native()))
          .hint("move its folders away: a network cannot learn a class without images");
    });
}

std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::set<std::string> litter;
  for (const Entry& entry : entries(folder, true, litter))
    if (entry.folder) names.push_back(entry.path.filename().native());
  return names;
}

}  // namespace sand::domains
