#include "domains/tables/arrays.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <set>
#include <utility>

#include "tensor/digits.h"
#include "tensor/error.h"
#include "tensor/file.h"
#include "tensor/printable.h"
#include "tensor/safetensors_numbers.h"

namespace sand::domains {
namespace {

constexpr std::size_t kMostArrayDomains = 4096, kMostArrayClasses = 1000;
constexpr Index kMostExamples = Index{1} << 31, kMostTargets = 4096;

std::string text_of(const StoredTensor& tensor) {
  std::string sizes;
  for (const Index size : tensor.shape) sizes += (sizes.empty() ? "" : ", ") + std::to_string(size);
  return std::string(dtype_name(tensor.dtype)) + " [" + sizes + "]";
}

Error broken_array(const std::string& rule, const std::string& file, const char* name) {
  return Error(Fault::data, "arrays: " + rule).fact("file", file).fact("tensor", name);
}

template <class Stored>
Scalar stored_at(const StoredTensor& tensor, std::size_t i) {
  Stored number;
  std::memcpy(&number, tensor.bytes.data() + i * sizeof number, sizeof number);
  if constexpr (sizeof(Stored) == 1) return static_cast<Scalar>(number) / 255;
  return static_cast<Scalar>(number);
}

/// The numbers first .. first + to.size() - 1 of a tensor of type F32, F64 or U8 (divided by 255).
void read_numbers(const StoredTensor& tensor, std::size_t first, std::span<Scalar> to) {
  const auto read = [&]<class Stored>(Stored) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = stored_at<Stored>(tensor, first + i);
  };
  switch (tensor.dtype) {
    case Dtype::f32: return read(float{});
    case Dtype::f64: return read(double{});
    default: return read(std::uint8_t{});
  }
}

/// Throws unless x has a type and a shape that read_numbers and networks take, and finite numbers.
void check_inputs(const StoredTensor& x, const std::string& file) {
  const bool typed = x.dtype == Dtype::f32 || x.dtype == Dtype::f64 || x.dtype == Dtype::u8;
  const bool shaped = x.shape.size() == 2 || x.shape.size() == 4;
  check(typed && shaped, [&] {
    return broken_array("the inputs must be vectors or images", file, "x")
        .fact("expected", "F32, F64 or U8, [n, d] or [n, c, h, w]")
        .fact("found", text_of(x));
  });
  check(std::all_of(x.shape.begin(), x.shape.end(), [](Index size) { return size > 0; }) &&
            x.shape[0] <= kMostExamples,
        [&] {
          return broken_array("every axis must have a size of 1 or more, the first one at most 2^31", file,
                              "x")
              .fact("found", text_of(x));
        });
  if (x.dtype == Dtype::u8) return;
  const std::size_t width = static_cast<std::size_t>(Shape(x.shape).columns());
  std::vector<Scalar> row(width);
  for (std::size_t example = 0; example < static_cast<std::size_t>(x.shape[0]); ++example) {
    read_numbers(x, example * width, row);
    const auto bad =
        std::find_if(row.begin(), row.end(), [](Scalar number) { return !std::isfinite(number); });
    check(bad == row.end(), [&] {
      return broken_array("an input is not finite", file, "x")
          .fact("example", std::to_string(example))
          .fact("number", std::to_string(bad - row.begin()))
          .fact("found", std::isnan(*bad) ? "NaN" : "infinity, or more than a float holds");
    });
  }
}

void check_one_each(const StoredTensor& tensor, Index examples, const std::string& file, const char* name) {
  check(tensor.shape.size() == 1 && tensor.shape[0] == examples, [&] {
    Error error = broken_array("there must be one number for each example", file, name)
                      .fact("expected", "[" + std::to_string(examples) + "]")
                      .fact("found", text_of(tensor));
    if (*name == 'y' && tensor.shape.size() == 2)
      error.hint("--task regress predicts several numbers, --task multilabel several labels of 0 and 1");
    return error;
  });
}

/// Which of the different numbers of a tensor, in ascending order, each of its numbers is.
struct Ranked {
  std::vector<std::int64_t> values;  // the different numbers
  std::vector<std::int32_t> ranks;   // [n]
};

Ranked rank(const StoredTensor& tensor, std::size_t most, const std::string& file, const char* name) {
  std::vector<std::int64_t> numbers(tensor.bytes.size() / static_cast<std::size_t>(dtype_size(tensor.dtype)));
  const std::string misfit = copy_exactly(tensor, numbers);
  check(misfit.empty(), [&] {
    return broken_array("whole numbers are needed", file, name)
        .fact("found", misfit)
        .hint(*name == 'y' ? "--task regress predicts other numbers" : "numpy: .astype('int64')");
  });
  std::set<std::int64_t> different;
  for (const std::int64_t number : numbers) {
    different.insert(number);
    check(different.size() <= most, [&] {
      return broken_array("too many different numbers", file, name)
          .fact("expected", "at most " + std::to_string(most));
    });
  }
  Ranked ranked{{different.begin(), different.end()}, {}};
  for (const std::int64_t number : numbers)
    ranked.ranks.push_back(static_cast<std::int32_t>(
        std::lower_bound(ranked.values.begin(), ranked.values.end(), number) - ranked.values.begin()));
  return ranked;
}

/// Numbers to predict, or labels: [n] or [n, d] -> [n, d].
std::vector<Scalar> values_of(const StoredTensor& y, Index examples, bool labels, const std::string& file) {
  const bool shaped = (y.shape.size() == 1 || y.shape.size() == 2) && y.shape[0] == examples;
  check(shaped && y.shape.back() > 0 && (y.shape.size() == 1 || y.shape[1] <= kMostTargets), [&] {
    return broken_array("there must be one number, or a row of at most 4096, for each example", file, "y")
        .fact("expected", "[" + std::to_string(examples) + "] or [" + std::to_string(examples) + ", d]")
        .fact("found", text_of(y));
  });
  const Index width = y.shape.size() == 1 ? 1 : y.shape[1];
  std::vector<Scalar> values(static_cast<std::size_t>(examples * width));
  if (y.dtype == Dtype::f32 || y.dtype == Dtype::f64) {
    read_numbers(y, 0, values);
  } else {
    const std::string misfit = copy_exactly(y, values);
    check(misfit.empty(),
          [&] { return broken_array("numbers are needed", file, "y").fact("found", misfit); });
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    check(labels ? values[i] == 0 || values[i] == 1 : std::isfinite(values[i]), [&] {
      Error error =
          broken_array(labels ? "a label must be 0 or 1" : "a number to predict is not finite", file, "y")
              .fact("example", std::to_string(i / static_cast<std::size_t>(width)));
      return labels ? error.fact("found", shortest(static_cast<double>(values[i]))) : error;
    });
  return values;
}

}  // namespace

DataSet arrays(const std::filesystem::path& path, const ArraysOptions& options) {
  const std::string name = printable(path.native());
  const std::uint64_t size = InputFile(path.string()).size();
  check(size <= options.memory, [&] {
    return Error(Fault::resources, "arrays: the file does not fit into memory")
        .fact("file", name)
        .fact("size", std::to_string(size >> 20) + " MiB")
        .fact("memory", "at most " + std::to_string(options.memory >> 20) + " MiB");
  });
  Safetensors file = Safetensors::read(path.string());
  DataSet data = arrays({file.take("x"), file.take("y"), file.take("domain")}, name, options);
  data.files = {path};
  return data;
}

DataSet arrays(Arrays tensors, const std::string& file, const ArraysOptions& options) {
  check_inputs(tensors.x, file);
  const Index count = tensors.x.shape[0];
  check_one_each(tensors.domain, count, file, "domain");
  const Ranked domains = rank(tensors.domain, kMostArrayDomains, file, "domain");
  const bool classify = options.task == TableTask::classify;
  if (classify) check_one_each(tensors.y, count, file, "y");
  const Ranked classes = classify ? rank(tensors.y, kMostArrayClasses, file, "y") : Ranked{};
  const std::vector<Scalar> values =
      classify ? std::vector<Scalar>{}
               : values_of(tensors.y, count, options.task == TableTask::multilabel, file);
  const Index width = static_cast<Index>(values.size()) / count;  // 0 for classes
  check(!classify || classes.values.size() > 1, [&] {
    return broken_array("all examples have one label: there is nothing to learn", file, "y")
        .fact("found", std::to_string(classes.values[0]));
  });

  DataSet data{.name = "Arrays",
               .source = std::to_string(count) + " examples from " + file,
               .example = Shape(std::span(tensors.x.shape).subspan(1)),
               .classes = static_cast<int>(classes.values.size()),
               .domains = {},
               .task = options.task};
  for (Index target = 0; target < width; ++target) data.target_names.push_back(std::to_string(target));
  for (const std::int64_t label : classes.values) data.class_names.push_back(std::to_string(label));
  const auto x = std::make_shared<const StoredTensor>(std::move(tensors.x));
  std::vector<std::shared_ptr<std::vector<std::uint32_t>>> examples;
  for (const std::int64_t domain : domains.values) {
    examples.push_back(std::make_shared<std::vector<std::uint32_t>>());
    data.domains.push_back({.name = std::to_string(domain),
                            .example = data.example,
                            .labels = {},
                            .read =
                                [x, mine = examples.back()](std::uint32_t example, std::span<Scalar> input) {
                                  read_numbers(*x, (*mine)[example] * input.size(), input);
                                },
                            .targets = std::max(width, Index{1})});
  }
  for (std::size_t i = 0; i < domains.ranks.size(); ++i) {
    const auto d = static_cast<std::size_t>(domains.ranks[i]);
    examples[d]->push_back(static_cast<std::uint32_t>(i));
    if (classify) data.domains[d].labels.push_back(classes.ranks[i]);
    const auto first = values.begin() + static_cast<Index>(i) * width;
    data.domains[d].values.insert(data.domains[d].values.end(), first, first + width);
  }
  return data;
}

}  // namespace sand::domains
