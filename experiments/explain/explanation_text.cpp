// An explanation as text: lines for readers, JSON for programs.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "experiments/explain/explanation.h"
#include "experiments/explain/number_text.h"
#include "tensor/digits.h"

namespace sand::experiments {
namespace {

constexpr std::size_t kShown = 5;  // examples at each end

template <class Number>
std::string line(const std::string& name, Number value, const std::string& formula) {
  return "  " + padded(name, 12) + padded(exact(value), 26) + formula + "\n";
}
std::string line(const std::string& name, int value, const std::string& formula) {
  return line(name, static_cast<double>(value), formula);
}

/// A line for each term with a symbol. A setting has the digits that the user gave.
std::string terms_text(const optim::Terms& terms) {
  std::string text;
  for (const optim::Term& term : terms) {
    if (term.symbol.empty()) continue;
    if (term.kind == optim::Term::Kind::setting)
      text += "  " + padded(term.symbol, 12) + padded(shortest(term.value), 26) + term.formula + "\n";
    else if (term.kind == optim::Term::Kind::scalar)
      text += line(term.symbol, static_cast<Scalar>(term.value), term.formula);
    else
      text += line(term.symbol, term.value, term.formula);
  }
  return text;
}

/// "label 1", or "target 0.5, -2".
std::string target_text(const ExampleTerms& example) {
  if (example.targets.empty()) return "label " + std::to_string(example.label);
  std::string text;
  for (const Scalar target : example.targets)
    text += (text.empty() ? "target " : ", ") + shortest(static_cast<double>(target));
  return text + "  ";
}

/// The examples with the largest and the smallest gradients, or all if there are few.
std::string examples_text(const DomainTerms& domain, const std::string& added) {
  std::vector<ExampleTerms> sorted = domain.examples;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ExampleTerms& a, const ExampleTerms& b) { return a.gradient > b.gradient; });
  std::string text = "  domain " + domain.name + ", " + added + "\n";
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted.size() > 2 * kShown && i == kShown) {
      text += "    ... " + std::to_string(sorted.size() - 2 * kShown) + " rows between them\n";
      i = sorted.size() - kShown;
    }
    text += "    " + padded("row " + std::to_string(sorted[i].row), 10) +
            padded("example " + std::to_string(sorted[i].example), 16) + padded(target_text(sorted[i]), 10) +
            exact(sorted[i].gradient) + "\n";
  }
  return text + "    " + padded("sum of all " + std::to_string(sorted.size()) + " rows", 36) +
         exact(domain.sum) + "\n    " + padded("sum of their absolute values", 36) +
         exact(domain.magnitudes) + "\n";
}

/// off / of, with two digits.
std::string share(double off, double of) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1e", off == 0 ? 0 : off / of);
  return text;
}

/// What g_e is.
std::string meaning_of_gradient(const WeightExplanation& explanation) {
  const std::string& name = explanation.objective;
  const std::string loss = "where loss_e is the mean loss of the rows of domain e";
  if (name.empty()) return "g_e = d loss_e / d w, " + loss;
  const std::string row = "g_e, row e of the table of " + name;
  return explanation.domains[0].here
             ? row + "; here_e = d loss_e / d w at the network's weights, " + loss
             : row + ": E times the part of d " + name + " / d w through the outputs of domain e";
}

std::string gradients_text(const WeightExplanation& explanation) {
  const bool several = explanation.domains[0].here.has_value();
  std::size_t width = 8;
  for (const DomainTerms& domain : explanation.domains) width = std::max(width, domain.name.size() + 2);
  std::string text = "Gradients: " + meaning_of_gradient(explanation) + "\n  " + padded("domain", width) +
                     padded("rows", 6) + padded("loss_e", 26) + padded("g_e", 26) +
                     (several ? padded("here_e", 26) + padded("g_e - here_e", 26) : "") +
                     padded("off / A", 10) + "off / G\n";
  for (const DomainTerms& domain : explanation.domains) {
    const Scalar here = domain.here.value_or(domain.gradient);
    const double off = std::fabs(static_cast<double>(here) - domain.sum);
    text += "  " + padded(domain.name, width) + padded(std::to_string(domain.examples.size()), 6) +
            padded(exact(domain.loss), 26) + padded(exact(domain.gradient), 26) +
            (several ? padded(exact(here), 26) + padded(exact(domain.gradient - here), 26) : "") +
            padded(share(off, domain.magnitudes), 10) + share(off, static_cast<double>(domain.largest)) +
            "\n";
  }
  const std::string sum = several ? "here_e" : "g_e";
  text +=
      "  off = |" + sum + " - sum of its rows|, A = sum of the |row|, G = the largest |g_e| of the tensor\n";
  text += "\nExamples: what each row adds to " + sum + ", from the largest to the smallest\n";
  for (const DomainTerms& domain : explanation.domains)
    text += examples_text(domain,
                          explanation.objective.empty() || several
                              ? "d (loss of the row / " + std::to_string(domain.examples.size()) + ") / d w"
                              : "the part of g_e through the row's outputs");
  return text;
}

std::string agreement_text(const WeightExplanation& explanation) {
  return "Agreement of the domains\n" + line("E", static_cast<int>(explanation.domains.size()), "domains") +
         line("n_plus", explanation.n_plus, "domains with g_e > 0") +
         line("n_minus", explanation.n_minus, "domains with g_e < 0") +
         line("s", explanation.agreement, "|n_plus - n_minus| / E") +
         line("gbar", explanation.mean, "sum_e g_e / E") +
         line("var", explanation.variance, "sum_e (g_e - gbar)^2 / (E - 1)");
}

/// The weights and the Gram matrix of a method that weighs the domains' gradients.
std::string weights_text(const MaskTerms& mask, const std::vector<DomainTerms>& domains) {
  std::size_t width = 8;
  for (const DomainTerms& domain : domains) width = std::max(width, domain.name.size() + 2);
  std::string text = "  " + padded("domain", width) + padded("w_e", 26) +
                     "G_e0, G_e1, ... = the product of g_e with g_0, g_1, ... over all weights\n";
  for (std::size_t e = 0; e < mask.weights.size(); ++e) {
    text += "  " + padded(domains[e].name, width) + padded(exact(mask.weights[e]), 26);
    for (std::size_t other = 0; other < mask.weights.size(); ++other)
      text +=
          exact(mask.gram[e * mask.weights.size() + other]) + (other + 1 < mask.weights.size() ? "  " : "\n");
  }
  return text;
}

std::string mask_text(const MaskTerms& mask, const std::vector<DomainTerms>& domains) {
  std::string text = (mask.mask ? "Mask and direction: " : "Direction: ") + mask.method + "\n";
  if (!mask.weights.empty()) text += weights_text(mask, domains);
  return text + terms_text(mask.terms);
}

std::string others_text(const WeightExplanation& explanation) {
  std::string text = "The same gradients, and the same " + explanation.optimizer.name +
                     ", under other methods\n  " + padded("", 16) + padded("tau", 8) + padded("m", 16) +
                     padded("m c", 16) + padded("d", 18) + "w'\n";
  const auto row = [&](const MaskTerms& mask, Scalar after) {
    const optim::Term* tau = mask.terms.find("tau");
    text += "  " + padded(mask.method, 16) + padded(tau ? shortest(tau->value) : "-", 8) +
            padded(mask.mask ? exact(*mask.mask) : "-", 16) +
            padded(mask.mask ? exact(mask.terms.scalar("rescaled_mask")) : "-", 16) +
            padded(exact(mask.direction), 18) + exact(after) + "\n";
  };
  row(explanation.mask, explanation.optimizer.after);
  for (const OtherMethod& other : explanation.others) row(other.mask, other.after);
  return text;
}

using OrderedJson = nlohmann::ordered_json;

/// Adds the terms that have a key.
OrderedJson with_terms(OrderedJson json, const optim::Terms& terms) {
  using Kind = optim::Term::Kind;
  for (const optim::Term& term : terms) {
    if (term.key.empty()) continue;
    switch (term.kind) {
      case Kind::whole: json[term.key] = static_cast<std::int64_t>(term.value); break;
      case Kind::flag: json[term.key] = term.value != 0; break;
      case Kind::word: json[term.key] = term.word; break;
      default: json[term.key] = json_number(term.value);
    }
  }
  return json;
}

OrderedJson mask_json(const MaskTerms& mask) {
  OrderedJson json = with_terms({{"method", mask.method}}, mask.terms);
  if (!mask.weights.empty()) {
    json["weights"] = mask.weights;
    json["gram"] = mask.gram;
  }
  return json;
}

}  // namespace

std::string WeightExplanation::text() const {
  return "The explanation of " + weight + " in step " + std::to_string(step) + "\n\n" +
         gradients_text(*this) + "\n" + agreement_text(*this) + "\n" + mask_text(mask, domains) + "\n" +
         (clip ? "Clip\n" + terms_text(*clip) + "\n" : "") + optimizer.name + "\n" +
         terms_text(optimizer.terms) + "\n" + others_text(*this);
}

std::string WeightExplanation::json() const {
  OrderedJson list = OrderedJson::array(), others_list = OrderedJson::array();
  for (const DomainTerms& domain : domains) {
    OrderedJson examples = OrderedJson::array();
    for (const ExampleTerms& e : domain.examples) {
      examples.push_back({{"row", e.row}, {"example", e.example}});
      if (e.targets.empty())
        examples.back()["label"] = e.label;
      else
        examples.back()["targets"] = e.targets;
      examples.back()["gradient"] = e.gradient;
    }
    list.push_back({{"name", domain.name},
                    {"loss", domain.loss},
                    {"gradient", domain.gradient},
                    {"largest", domain.largest},
                    {"sum", domain.sum},
                    {"magnitudes", domain.magnitudes},
                    {"examples", examples}});
    if (domain.here) list.back()["here"] = *domain.here;
  }
  for (const OtherMethod& other : others) {
    others_list.push_back(mask_json(other.mask));
    others_list.back()["after"] = other.after;
  }
  OrderedJson json{{"weight", weight}, {"slot_weights", slot_weights}, {"step", step}};
  if (!objective.empty()) json["objective"] = objective;
  json.update({{"domains", list},
               {"n_plus", n_plus},
               {"n_minus", n_minus},
               {"agreement", agreement},
               {"mean", mean},
               {"variance", json_number(variance)},
               {"mask", mask_json(mask)}});
  if (clip) json["clip"] = with_terms(OrderedJson::object(), *clip);
  json[optimizer.key] = with_terms(OrderedJson::object(), optimizer.terms);
  json["others"] = others_list;
  return json.dump();
}

}  // namespace sand::experiments
