#include "experiments/setup/new_examples.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "domains/image_files.h"
#include "domains/imagenet.h"
#include "experiments/machine/available_memory.h"
#include "experiments/machine/progress.h"
#include "tensor/digits.h"
#include "tensor/npy.h"
#include "tensor/printable.h"

namespace sand::experiments {
namespace {

Error misfit(const std::string& rule, const std::string& path, const Settings& settings) {
  return Error(Fault::usage, "predict: " + rule).fact("file", path).fact("trained on", settings.data.name);
}

NewExamples photos_in(const std::string& path, const Settings& settings, const Threads& threads) {
  check(is_photo_set(settings.data.name),
        [&] { return misfit("a folder of images needs a run that was trained on photos", path, settings); });
  std::optional<Progress> progress;
  domains::ImageFilesOptions options{.side = settings.data.image_size,
                                     .skip_unreadable = settings.data.skip_unreadable,
                                     .follow_links = settings.data.follow_links};
  if (const std::optional<AvailableMemory> available = available_memory(threads))
    options.memory = static_cast<std::uint64_t>(std::max(available->bytes, 1.0));
  options.progress = [&](int done, int total) {
    if (!progress) progress.emplace("decode", total, "images");
    progress->at(done);
  };
  options.note = [&](const std::string& line) {
    if (progress) progress->clear();
    std::fprintf(stderr, "%s\n", line.c_str());
  };
  domains::ImageFiles files = domains::image_files(path, options, threads);
  if (progress) progress->clear();
  return {std::move(files.names), std::move(files.images)};
}

NewExamples rows_of(const std::string& path, const Settings& settings, const RecordedColumns& columns,
                    const Threads& threads) {
  check(settings.data.name == "Table",
        [&] { return misfit("a table needs a run that was trained on a table", path, settings); });
  domains::TableOptions options = table_options(settings.data.own);
  if (const std::optional<AvailableMemory> available = available_memory(threads))
    options.memory = static_cast<std::uint64_t>(std::max(available->bytes, 1.0));
  domains::DataSet data = domains::fitted_table(path, options, {columns.inputs, {}, false});
  return {{}, std::move(data.domains[0])};
}

/// The inputs of all examples of an array, standardised if the run's table was, and normalised if its data
/// set has photos.
class ArrayInputs {
 public:
  ArrayInputs(const std::string& path, const Npy& stored, const Settings& settings,
              const RecordedColumns& columns)
      : path_(path), settings_(settings), columns_(columns), width_(1) {
    for (std::size_t axis = 1; axis < stored.shape().size(); ++axis)
      width_ *= static_cast<std::size_t>(stored.shape()[axis]);
    check(columns.inputs.empty() || columns.inputs.size() == width_, [&] {
      return Error(Fault::data, "predict: the array has another number of inputs than the table of the run")
          .fact("file", path)
          .fact("expected", "[n, " + std::to_string(columns.inputs.size()) + "]")
          .fact("found", stored.text());
    });
    numbers_.resize(static_cast<std::size_t>(stored.shape()[0]) * width_);
    if (columns.inputs.empty())
      fill_plain(stored);
    else
      fill_standardised(stored.doubles());
  }
  std::vector<Scalar> take() { return std::move(numbers_); }

 private:
  void fill_plain(const Npy& stored) {
    stored.copy(0, numbers_);
    if (stored.dtype() == Dtype::u8)
      for (Scalar& x : numbers_) x /= 255;
    for (std::size_t i = 0; i < numbers_.size(); ++i)
      check(std::isfinite(numbers_[i]), [&] { return not_finite(i, static_cast<double>(numbers_[i])); });
    if (is_photo_set(settings_.data.name))
      for (std::size_t first = 0; first < numbers_.size(); first += width_)
        domains::normalise_photo(std::span(numbers_).subspan(first, width_));
  }

  void fill_standardised(const std::vector<double>& raw) {
    const bool may_miss = settings_.data.own.missing == "mean";
    for (std::size_t i = 0; i < raw.size(); ++i) {
      const domains::FittedInput& input = columns_.inputs[i % width_];
      const bool missing = may_miss && std::isnan(raw[i]);
      numbers_[i] = missing || input.deviation == 0
                        ? Scalar{0}
                        : static_cast<Scalar>((raw[i] - input.mean) / input.deviation);
      check(missing || (std::isfinite(raw[i]) && std::isfinite(numbers_[i])),
            [&] { return not_finite(i, raw[i]); });
    }
  }

  Error not_finite(std::size_t i, double found) const {
    return Error(Fault::data, "predict: an input is not finite")
        .fact("file", path_)
        .fact("example", std::to_string(i / width_))
        .fact("number", std::to_string(i % width_))
        .fact("found", shortest(found));
  }

  const std::string& path_;
  const Settings& settings_;
  const RecordedColumns& columns_;
  std::size_t width_;
  std::vector<Scalar> numbers_;
};

NewExamples array_in(const std::string& path, const Settings& settings, const RecordedColumns& columns) {
  const Npy stored = Npy::read(path);
  const std::vector<Index>& shape = stored.shape();
  const bool some = std::all_of(shape.begin(), shape.end(), [](Index size) { return size > 0; });
  check((shape.size() == 2 || shape.size() == 4) && some && shape[0] < Index{1} << 31, [&] {
    return Error(Fault::data, "predict: an array must have the inputs of examples")
        .fact("file", path)
        .fact("expected", "[n, d] or [n, c, h, w]")
        .fact("found", stored.text())
        .hint("one example: in Python, ARRAY[None]");
  });
  NewExamples found;
  found.domain.example = Shape(std::span(shape).subspan(1));
  const bool photos = is_photo_set(settings.data.name);
  check(!photos || found.domain.example == Shape{3, settings.data.image_size, settings.data.image_size}, [&] {
    const std::string side = std::to_string(settings.data.image_size);
    return Error(Fault::data, "predict: the images have another shape than those of the run")
        .fact("file", path)
        .fact("expected", "[n, 3, " + side + ", " + side + "]")
        .fact("found", stored.text());
  });
  found.domain.labels.resize(static_cast<std::size_t>(shape[0]));
  const auto numbers =
      std::make_shared<const std::vector<Scalar>>(ArrayInputs(path, stored, settings, columns).take());
  found.domain.read = [numbers](std::uint32_t example, std::span<Scalar> input) {
    std::copy_n(numbers->begin() + static_cast<Index>(example * input.size()), input.size(), input.begin());
  };
  return found;
}

}  // namespace

NewExamples new_examples(const std::string& path, const Settings& settings, const RecordedColumns& columns,
                         const Threads& threads) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return photos_in(path, settings, threads);
  if (path.ends_with(".npy")) return array_in(path, settings, columns);
  if (path.ends_with(".csv") || path.ends_with(".csv.gz")) return rows_of(path, settings, columns, threads);
  throw Error(Fault::usage, "predict: --in must be a folder of images, .npy, .csv or .csv.gz")
      .fact("found", path.substr(0, 300));
}

}  // namespace sand::experiments
