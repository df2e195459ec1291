#include "experiments/setup/model_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "nn/mlp.h"
#include "nn/sequence.h"
#include "tensor/digits.h"
#include "tensor/names.h"

namespace sand::experiments {
namespace {

using Kind = nn::Layer::Kind;

constexpr std::size_t kLongestText = 4096, kMostParts = 64;
constexpr Index kWidestLayer = 1 << 20;
constexpr Kind kKinds[] = {Kind::conv,    Kind::relu,    Kind::leaky_relu, Kind::tanh,
                           Kind::sigmoid, Kind::norm,    Kind::max_pool,   Kind::mean_pool,
                           Kind::mean,    Kind::flatten, Kind::linear,     Kind::dropout};

/// A part of the text between commas.
struct Part {
  std::size_t number;  // from 1
  std::string text;

  Error wrong(const std::string& rule) const {
    return Error(Fault::usage, "model: " + rule)
        .fact("part", std::to_string(number))
        .fact("found", text.empty() ? "nothing" : text.substr(0, 100));
  }
  void must(bool ok, const std::string& rule) const {
    check(ok, [&] { return wrong(rule); });
  }
};

/// Reads numbers and signs from the start of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool done() const { return at_ == end_; }
  bool take(char sign) { return at_ != end_ && *at_ == sign ? (++at_, true) : false; }
  template <class Number>
  bool take(Number& number) {
    const auto [next, failure] = std::from_chars(at_, end_, number);
    const bool found = failure == std::errc() && *at_ != '-';
    if (found) at_ = next;
    return found;
  }

 private:
  const char *at_, *end_;
};

std::vector<Part> parts_of(const std::string& list) {
  std::vector<Part> parts;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    parts.push_back({parts.size() + 1, list.substr(at, comma - at)});
    parts.back().must(parts.size() <= kMostParts, "at most " + std::to_string(kMostParts) + " layers");
    at = comma + 1;
  }
  return parts;
}

std::string without_spaces_in_lower_case(const std::string& text) {
  std::string result;
  for (const char letter : text)
    if (letter != ' ') result += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return result;
}

/// The layer's kind. `known`: the kinds that may stand here.
template <class Kinds>
Kind kind_named(const Part& part, const std::string& name, const Kinds& known) {
  std::vector<std::string> names;
  for (const Kind kind : known) {
    if (name == nn::name_of(kind)) return kind;
    names.emplace_back(nn::name_of(kind));
  }
  Error error = part.wrong("no such layer");
  error.fact("known", either(names));
  if (const std::string nearest = nearest_name(name, names); !nearest.empty())
    error.hint("did you mean " + nearest + "?");
  throw error;
}

std::string name_in(const Part& part) {
  return part.text.substr(0, part.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"));
}

double rate_of(const Part& part, Reader& reader) {
  double rate = -1;
  part.must(reader.take(rate) && reader.done() && rate >= 0 && rate < 1,
            "dropout needs a rate of at least 0 and below 1: dropout0.1");
  return rate;
}

nn::Layer layer_of(const Part& part) {
  const std::string name = name_in(part);
  nn::Layer layer{.kind = kind_named(part, name, kKinds)};
  Reader reader(std::string_view(part.text).substr(name.size()));
  const auto number = [&](Index& to, const char* rule) { part.must(reader.take(to) && to >= 1, rule); };
  switch (layer.kind) {
    case Kind::conv: {
      const char* const rule =
          "conv needs its channels: conv32; conv32/2 has stride 2, conv32x5 filters of 5 x 5";
      number(layer.size, rule);
      if (reader.take('x')) number(layer.kernel, rule);
      if (reader.take('/')) number(layer.stride, rule);
      part.must(reader.done(), rule);
      break;
    }
    case Kind::norm: number(layer.size, "norm needs the number of its groups: norm8"); break;
    case Kind::max_pool: number(layer.size, "maxpool needs the width of its windows: maxpool2"); break;
    case Kind::mean_pool: number(layer.size, "meanpool needs the width of its windows: meanpool2"); break;
    case Kind::linear: number(layer.size, "linear needs its width: linear64"); break;
    case Kind::dropout: layer.rate = rate_of(part, reader); break;
    default: break;
  }
  part.must(reader.done(), name + (layer.size > 0 ? " takes one whole number" : " takes no number"));
  return layer;
}

/// "64-64,tanh,dropout0.1"
void read_mlp(ModelText& model, const std::vector<Part>& parts) {
  model.is_mlp = true;
  Reader reader(parts[0].text);
  do {
    Index width = 0;
    parts[0].must(reader.take(width) && width >= 1 && width <= kWidestLayer && model.hidden.size() < 31,
                  "mlp needs the widths of its hidden layers, 1 to 31 of them in 1 .. 1048576: mlp:64-64");
    model.hidden.push_back(width);
  } while (reader.take('-'));
  parts[0].must(reader.done(), "mlp needs the widths of its hidden layers with a - between them: mlp:64-64");
  bool has_dropout = false;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string name = name_in(parts[i]);
    const Kind kind =
        kind_named(parts[i], name,
                   std::vector<Kind>{Kind::relu, Kind::leaky_relu, Kind::tanh, Kind::sigmoid, Kind::dropout});
    Reader rest(std::string_view(parts[i].text).substr(name.size()));
    if (kind == Kind::dropout) {
      parts[i].must(!has_dropout, "dropout is given twice");
      model.dropout = rate_of(parts[i], rest);
      has_dropout = true;
      continue;
    }
    parts[i].must(!model.activation, "an mlp has one activation");
    parts[i].must(rest.done(), name + " takes no number");
    model.activation = activation_named(name);
  }
}

std::string text_of(const ModelText& model) {
  std::string text = model.is_mlp ? "mlp:" : "cnn:";
  if (!model.is_mlp) {
    for (std::size_t i = 0; i < model.layers.size(); ++i) text += (i > 0 ? "," : "") + model.layers[i].text();
    return text;
  }
  for (std::size_t i = 0; i < model.hidden.size(); ++i)
    text += (i > 0 ? "-" : "") + std::to_string(model.hidden[i]);
  if (model.activation) text += std::string(",") + activation_name(*model.activation);
  return text + (model.dropout > 0 ? ",dropout" + shortest(model.dropout) : "");
}

nn::SequenceOptions sequence_of(const ModelText& model, const ModelSetting& setting) {
  return {.example = setting.example,
          .layers = model.layers,
          .outputs = setting.outputs,
          .initializer = setting.initializer,
          .convolution = setting.convolution};
}

}  // namespace

bool is_model_text(const std::string& name) {
  const std::string start = without_spaces_in_lower_case(name.substr(0, 16));
  return start.starts_with("cnn:") || start.starts_with("mlp:");
}

ModelText parse_model_text(const std::string& text) {
  check(text.size() <= kLongestText, [&] {
    return Error(Fault::usage,
                 "model: a description has at most " + std::to_string(kLongestText) + " characters")
        .fact("found", std::to_string(text.size()));
  });
  const std::string plain = without_spaces_in_lower_case(text);
  const std::vector<Part> parts = parts_of(plain.substr(4));
  ModelText model;
  if (plain.starts_with("mlp:"))
    read_mlp(model, parts);
  else
    for (const Part& part : parts) model.layers.push_back(layer_of(part));
  model.text = text_of(model);
  return model;
}

double weights_of(const ModelText& model, const ModelSetting& setting) {
  if (!model.is_mlp) return nn::weights_of(sequence_of(model, setting));
  double weights = 0, inputs = static_cast<double>(setting.example.size());
  for (const Index width : model.hidden) {
    weights += (inputs + 1) * static_cast<double>(width);
    inputs = static_cast<double>(width);
  }
  return weights + (inputs + 1) * static_cast<double>(setting.outputs);
}

std::unique_ptr<Model> make_model(const ModelText& model, const ModelSetting& setting, std::uint64_t seed) {
  std::unique_ptr<Model> made;
  if (model.is_mlp) {
    made = make_mlp({.inputs = setting.example.size(),
                     .hidden = model.hidden,
                     .outputs = setting.outputs,
                     .activation = model.activation.value_or(setting.activation),
                     .dropout = model.dropout,
                     .initializer = setting.initializer},
                    setting.example, seed);
  } else {
    made = std::make_unique<Model>();
    made->example = setting.example;
    const bool convolves = std::any_of(model.layers.begin(), model.layers.end(),
                                       [](const nn::Layer& layer) { return layer.kind == Kind::conv; });
    made->tile_rows = convolves ? kImagesInTile : DomainGradientsOptions{}.tile_rows;
    made->outputs = setting.outputs;
    made->network = [net = nn::Sequence(made->parameters, sequence_of(model, setting), Random(seed))](
                        Var x, const Draw& draw) { return net(x, draw); };
  }
  made->description = model.text + ":";
  for (int axis = 0; axis < setting.example.rank(); ++axis)
    made->description += (axis > 0 ? "x" : "") + std::to_string(setting.example[axis]);
  made->description += "-" + std::to_string(setting.outputs);
  return made;
}

}  // namespace sand::experiments
