// `sandgrad data show`: the inputs of a network, one row of examples per domain.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "domains/sampler.h"
#include "experiments/commands/command_line.h"
#include "experiments/commands/commands.h"
#include "experiments/commands/setting_flags.h"
#include "experiments/explain/picture.h"
#include "experiments/setup/run_data.h"

namespace sand::experiments {
namespace {

struct DataShowOptions {
  DataRequest request;
  std::string out = "grid.png";
  int examples = 16;     ///< in a row
  bool augment = false;  ///< augmented, as in training step 0
};

constexpr int kGap = 2;

/// An image [c, h, w]: one channel is grey, two are red and green, three are red, green and blue.
void draw_image(Picture& picture, int left, int top, const Shape& shape, const std::vector<Scalar>& x,
                int zoom) {
  const int channels = static_cast<int>(shape[0]), height = static_cast<int>(shape[1]),
            width = static_cast<int>(shape[2]);
  for (int v = 0; v < height * zoom; ++v)
    for (int u = 0; u < width * zoom; ++u) {
      const std::size_t at = static_cast<std::size_t>(v / zoom) * width + u / zoom;
      const auto shade = [&](int channel) {
        return static_cast<double>(x[static_cast<std::size_t>(channel * height * width) + at]);
      };
      picture.set(left + u, top + v, shade(0), channels == 1 ? shade(0) : shade(1),
                  channels == 1  ? shade(0)
                  : channels > 2 ? shade(2)
                                 : 0);
    }
}

/// Reverts the normalisation of a photo's channels.
void to_colours(const domains::DataSet& data, std::vector<Scalar>& x) {
  const std::size_t pixels = data.mean.empty() ? 0 : x.size() / data.mean.size();
  for (std::size_t c = 0; c < data.mean.size(); ++c)
    for (std::size_t i = c * pixels; i < (c + 1) * pixels; ++i)
      x[i] = x[i] * static_cast<Scalar>(data.deviation[c]) + static_cast<Scalar>(data.mean[c]);
}

/// `columns` examples of every domain, evenly spread because photos are ordered by class.
Picture draw_images(const domains::DataSet& data, int columns, bool augment) {
  std::vector<domains::Part> parts;
  for (const domains::Domain& domain : data.domains) {
    const std::uint64_t shown = std::min(static_cast<std::uint32_t>(columns), domain.size());
    parts.push_back({&domain, {}});
    for (std::uint64_t i = 0; i < shown; ++i)
      parts.back().examples.push_back(static_cast<std::uint32_t>(i * domain.size() / shown));
  }
  domains::Sampler sampler(parts, {.order = domains::Order::everything, .augment = augment});
  const Batch& batch = sampler.draw(0);

  const int zoom = std::max(1, 56 / static_cast<int>(data.example[1]));
  const int cell_height = static_cast<int>(data.example[1]) * zoom + kGap,
            cell_width = static_cast<int>(data.example[2]) * zoom + kGap;
  Picture picture(columns * cell_width + kGap, static_cast<int>(data.domains.size()) * cell_height + kGap);
  for (std::size_t row = 0; row < batch.domains.size(); ++row)
    for (Index column = 0; column < batch.domains[row].size(); ++column) {
      const std::span<const Scalar> input = batch.domains[row].inputs.view().rows(column, 1).numbers();
      std::vector<Scalar> x(input.begin(), input.end());
      to_colours(data, x);
      draw_image(picture, kGap + static_cast<int>(column) * cell_width,
                 kGap + static_cast<int>(row) * cell_height, data.example, x, zoom);
    }
  return picture;
}

/// For vectors: a square per domain, a dot per example at its first two numbers, in the colour of its label.
Picture draw_dots(const domains::DataSet& data) {
  constexpr int kSide = 160, kPerRow = 6;
  const int squares = static_cast<int>(data.domains.size());
  Picture picture(std::min(squares, kPerRow) * kSide, (squares + kPerRow - 1) / kPerRow * kSide);
  std::vector<Scalar> x(static_cast<std::size_t>(data.example.size()));
  for (int square = 0; square < squares; ++square) {
    const domains::Domain& domain = data.domains[static_cast<std::size_t>(square)];
    const int left = square % kPerRow * kSide, top = square / kPerRow * kSide;
    for (int edge = 0; edge < kSide; ++edge)
      picture.set(left + edge, top, 0, 0, 0), picture.set(left, top + edge, 0, 0, 0);
    for (std::uint32_t example = 0; example < domain.size(); ++example) {
      domain.read(example, x);
      const auto place = [&](Scalar number) {
        return static_cast<int>(std::lround((static_cast<double>(number) / 2.6 + 1) * kSide / 2));
      };
      const int u = left + std::clamp(place(x[0]), 1, kSide - 2),
                v = top + std::clamp(place(x[1]), 1, kSide - 2);
      const bool first = domain.labels.empty() || domain.labels[example] == 0;
      for (const auto& [du, dv] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}})
        picture.set(u + du, v + dv, first ? 1 : 0.3, 0.7, first ? 0.2 : 1);
    }
  }
  return picture;
}

int data_show(const DataShowOptions& options) {
  check(options.examples >= 1 && options.examples <= 256, [&] {
    return Error(Fault::usage, "data show: expected 1 to 256 examples in a row")
        .fact("found", std::to_string(options.examples));
  });
  const domains::DataSet data = data_set_of(options.request, Threads());
  const bool images = data.example.rank() == 3;
  check(images || data.example.size() >= 2,
        [&] { return Error(Fault::usage, "data show: cannot draw examples of one number"); });
  check(!options.augment || data.domains.front().augment, [&] {
    return Error(Fault::usage, "data show: this data set is not augmented")
        .fact("data", data.name)
        .hint("leave out --augment");
  });
  (images ? draw_images(data, options.examples, options.augment) : draw_dots(data)).write_png(options.out);
  std::printf("%s, %s, %d classes\n", data.name.c_str(), data.source.c_str(), data.classes);
  std::size_t width = 8;
  for (const domains::Domain& domain : data.domains) width = std::max(width, domain.name.size());
  for (std::size_t row = 0; row < data.domains.size(); ++row)
    std::printf("  domain %-2zu %-*s %u examples of %s\n", row, static_cast<int>(width),
                data.domains[row].name.c_str(), data.domains[row].size(), data.example.text().c_str());
  std::printf("drawn, from the top: %s\n", options.out.c_str());
  return 0;
}

}  // namespace

void add_data_show(Command& data) {
  static DataShowOptions o;
  Command command = data.subcommand("show", "Draw examples of each domain as a PNG");
  command.option("name", o.request.name, "data set to draw: " + either(data_set_names())).required();
  command.group("Picture");
  command.option("--out", o.out, "PNG to write (default grid.png)");
  add_source_settings(command, o.request, [](Setting setting) {
    if (std::string(setting.key) == "dataset") setting.flags = "";
    return setting;
  });
  command.group("Data");
  command.option("--photo-cache,--photo_cache", o.request.photo_cache,
                 "directory for decoded photos, or none (default none)");
  command.option("--trial-seed,--trial_seed", o.request.seed, "seed of the data (default 0)", {0, 0x1p62});
  command.group("Picture");
  command.flag("--augment", o.augment, "crop, mirror and recolour photos as for training");
  command.option("--examples", o.examples, "number of examples in a row (default 16)");
  command.run([] { return data_show(o); });
}

}  // namespace sand::experiments
