#include "domains/tables/arrays.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <set>
#include <utility>

#include "domains/tables/array_files.h"
#include "tensor/digits.h"
#include "tensor/error.h"
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

/// A file that holds all tensors, or a folder with a file for each of them.
struct ArraySource {
  std::string name;
  bool is_folder = false;
};

Error broken_array(const std::string& rule, const ArraySource& source, const char* name) {
  Error error(Fault::data, "arrays: " + rule);
  if (source.is_folder) return error.fact("file", source.name + "/" + name + ".npy");
  return error.fact("file", source.name).fact("tensor", name);
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
void check_inputs(const StoredTensor& x, const ArraySource& source) {
  const bool typed = x.dtype == Dtype::f32 || x.dtype == Dtype::f64 || x.dtype == Dtype::u8;
  const bool shaped = x.shape.size() == 2 || x.shape.size() == 4;
  check(typed && shaped, [&] {
    return broken_array("the inputs must be vectors or images", source, "x")
        .fact("expected", "F32, F64 or U8, [n, d] or [n, c, h, w]")
        .fact("found", text_of(x))
        .hint("numpy: .reshape(n, -1) makes vectors, .astype('float32') changes the type");
  });
  check(std::all_of(x.shape.begin(), x.shape.end(), [](Index size) { return size > 0; }) &&
            x.shape[0] <= kMostExamples,
        [&] {
          return broken_array("every axis must have a size of 1 or more, the first one at most 2^31", source,
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
      return broken_array("an input is not finite", source, "x")
          .fact("example", std::to_string(example))
          .fact("number", std::to_string(bad - row.begin()))
          .fact("found", std::isnan(*bad) ? "NaN" : "infinity, or more than a float holds")
          .hint("leave the example out, or put another number in its place");
    });
  }
}

void check_one_each(const StoredTensor& tensor, Index examples, const ArraySource& source, const char* name) {
  check(tensor.shape.size() == 1 && tensor.shape[0] == examples, [&] {
    return broken_array("there must be one number for each example", source, name)
        .fact("expected", "[" + std::to_string(examples) + "]")
        .fact("found", text_of(tensor))
        .hint(*name == 'y' && tensor.shape.size() == 2
                  ? "--task regress predicts several numbers, --task multilabel several labels of 0 and 1"
                  : "x, y and domain have the same examples in the same order");
  });
}

/// Which of the different numbers of a tensor, in ascending order, each of its numbers is.
struct Ranked {
  std::vector<std::int64_t> values;  // the different numbers
  std::vector<std::int32_t> ranks;   // [n]
};

Ranked rank(const StoredTensor& tensor, std::size_t most, const ArraySource& source, const char* name) {
  std::vector<std::int64_t> numbers(tensor.bytes.size() / static_cast<std::size_t>(dtype_size(tensor.dtype)));
  const std::string misfit = copy_exactly(tensor, numbers);
  check(misfit.empty(), [&] {
    return broken_array("whole numbers are needed", source, name)
        .fact("found", misfit)
        .hint(*name == 'y' ? "--task regress predicts other numbers" : "numpy: .astype('int64')");
  });
  std::set<std::int64_t> different;
  for (const std::int64_t number : numbers) {
    different.insert(number);
    check(different.size() <= most, [&] {
      return broken_array("too many different numbers", source, name)
          .fact("expected", "at most " + std::to_string(most))
          .hint("is it the right tensor? --task regress predicts numbers");
    });
  }
  Ranked ranked{{different.begin(), different.end()}, {}};
  for (const std::int64_t number : numbers)
    ranked.ranks.push_back(static_cast<std::int32_t>(
        std::lower_bound(ranked.values.begin(), ranked.values.end(), number) - ranked.values.begin()));
  return ranked;
}

/// Numbers to predict, or labels: [n] or [n, d] -> [n, d].
std::vector<Scalar> values_of(const StoredTensor& y, Index examples, bool labels, const ArraySource& source) {
  const bool shaped = (y.shape.size() == 1 || y.shape.size() == 2) && y.shape[0] == examples;
  check(shaped && y.shape.back() > 0 && (y.shape.size() == 1 || y.shape[1] <= kMostTargets), [&] {
    return broken_array("there must be one number, or a row of at most 4096, for each example", source, "y")
        .fact("expected", "[" + std::to_string(examples) + "] or [" + std::to_string(examples) + ", d]")
        .fact("found", text_of(y))
        .hint("x, y and domain have the same examples in the same order");
  });
  const Index width = y.shape.size() == 1 ? 1 : y.shape[1];
  std::vector<Scalar> values(static_cast<std::size_t>(examples * width));
  if (y.dtype == Dtype::f32 || y.dtype == Dtype::f64) {
    read_numbers(y, 0, values);
  } else {
    const std::string misfit = copy_exactly(y, values);
    check(misfit.empty(),
          [&] { return broken_array("numbers are needed", source, "y").fact("found", misfit); });
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    check(labels ? values[i] == 0 || values[i] == 1 : std::isfinite(values[i]), [&] {
      Error error =
          broken_array(labels ? "a label must be 0 or 1" : "a number to predict is not finite", source, "y")
              .fact("example", std::to_string(i / static_cast<std::size_t>(width)));
      if (labels) error.fact("found", shortest(static_cast<double>(values[i])));
      return error.hint(labels ? "--task regress predicts other numbers"
                               : "leave the example out, or put another number in its place");
    });
  return values;
}

/// Notes the classes by the labels of the file, unless these count from 0.
void tell_labels(const std::vector<std::int64_t>& labels, const Note& note) {
  constexpr std::size_t kShown = 10;
  std::string text;
  bool same = true;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    same = same && labels[i] == static_cast<std::int64_t>(i);
    if (i < kShown) text += (i == 0 ? "" : ", ") + std::to_string(i) + " = " + std::to_string(labels[i]);
  }
  if (labels.size() > kShown) text += " and " + std::to_string(labels.size() - kShown) + " more";
  if (note && !same) note("classes: " + text);
}

/// Moves x into the data set. Domain d has the examples whose rank is d.
void add_domains(DataSet& data, const Ranked& domains, const Ranked& classes,
                 const std::vector<Scalar>& values, StoredTensor&& inputs) {
  const Index width = static_cast<Index>(values.size()) / static_cast<Index>(domains.ranks.size());
  const auto x = std::make_shared<const StoredTensor>(std::move(inputs));
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
  for (Index target = 0; target < width; ++target) data.target_names.push_back(std::to_string(target));
  for (std::size_t i = 0; i < domains.ranks.size(); ++i) {
    const auto d = static_cast<std::size_t>(domains.ranks[i]);
    examples[d]->push_back(static_cast<std::uint32_t>(i));
    if (values.empty()) data.domains[d].labels.push_back(classes.ranks[i]);
    const auto first = values.begin() + static_cast<Index>(i) * width;
    data.domains[d].values.insert(data.domains[d].values.end(), first, first + width);
  }
}

DataSet data_set_of(Arrays tensors, const ArraySource& source, const ArraysOptions& options) {
  check_inputs(tensors.x, source);
  const Index count = tensors.x.shape[0];
  const bool classify = options.task == TableTask::classify;
  if (classify) check_one_each(tensors.y, count, source, "y");
  check_one_each(tensors.domain, count, source, "domain");
  check_array_memory(tensors.x.bytes.size() + tensors.y.bytes.size() + tensors.domain.bytes.size(), count,
                     source.name, options.memory);
  const Ranked domains = rank(tensors.domain, kMostArrayDomains, source, "domain");
  const Ranked classes = classify ? rank(tensors.y, kMostArrayClasses, source, "y") : Ranked{};
  const std::vector<Scalar> values =
      classify ? std::vector<Scalar>{}
               : values_of(tensors.y, count, options.task == TableTask::multilabel, source);
  check(!classify || classes.values.size() > 1, [&] {
    return broken_array("all examples have one label: there is nothing to learn", source, "y")
        .fact("found", std::to_string(classes.values[0]))
        .hint("is it the right tensor?");
  });
  DataSet data{.name = "Arrays",
               .source = std::to_string(count) + " examples from " + source.name,
               .example = Shape(std::span(tensors.x.shape).subspan(1)),
               .classes = static_cast<int>(classes.values.size()),
               .domains = {},
               .task = options.task};
  for (const std::int64_t label : classes.values) data.class_names.push_back(std::to_string(label));
  tell_labels(classes.values, options.note);
  add_domains(data, domains, classes, values, std::move(tensors.x));
  return data;
}

}  // namespace

DataSet arrays(const std::filesystem::path& path, const ArraysOptions& options) try {
  ArrayFiles read = read_array_files(path, options.memory);
  DataSet data = data_set_of(std::move(read.tensors), {read.name, read.is_folder}, options);
  data.files = read.files;
  return data;
} catch (Error& error) {
  const bool helps = std::string_view(error.what()).find("\n    hint: ") != std::string_view::npos;
  if (helps || error.fault() != Fault::data) throw;
  throw error.hint(
      "write it again: numpy.save(FILE, ARRAY), or safetensors.numpy.save_file({'x': x, 'y': y, 'domain': "
      "domain}, FILE)");
}

DataSet arrays(Arrays tensors, const std::string& file, const ArraysOptions& options) {
  return data_set_of(std::move(tensors), {file}, options);
}

}  // namespace sand::domains
