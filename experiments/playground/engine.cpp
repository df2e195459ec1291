#include "experiments/playground/engine.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "experiments/playground/playground.h"

using sand::experiments::Playground;
using sand::experiments::Side;

struct sandgrad_playground {
  explicit sandgrad_playground(const std::vector<std::string>& arguments) : runs(arguments) {}

  Playground runs;
  std::string text;
  std::vector<float> gradients, direction, agreement, mask, surface, examples;
  std::vector<double> scores;
  std::vector<int> labels, predictions;
};

namespace {

Side side_of(int erm) { return erm != 0 ? Side::erm : Side::method; }

const char* keep(std::string& place, std::string text) { return (place = std::move(text)).c_str(); }

template <class Number>
const Number* keep(std::vector<Number>& place, std::vector<Number> numbers) {
  return (place = std::move(numbers)).data();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

char* sandgrad_allocate(std::size_t bytes) { return static_cast<char*>(std::malloc(bytes)); }
void sandgrad_free(char* memory) { std::free(memory); }

sandgrad_playground* sandgrad_new(const char* arguments) {
  return new sandgrad_playground(lines_of(arguments));
}
void sandgrad_delete(sandgrad_playground* playground) { delete playground; }

void sandgrad_step(sandgrad_playground* playground, int updates) {
  for (int update = 0; update < updates; ++update) playground->runs.step();
}
int sandgrad_steps(const sandgrad_playground* playground) { return playground->runs.steps(); }

const char* sandgrad_description(sandgrad_playground* playground) {
  return keep(playground->text, playground->runs.description());
}
const char* sandgrad_hash(sandgrad_playground* playground, int erm) {
  return keep(playground->text, playground->runs.fingerprint(side_of(erm)));
}
const char* sandgrad_weight_name(sandgrad_playground* playground, int column) {
  return keep(playground->text, playground->runs.weight_name(column));
}
const char* sandgrad_explanation(sandgrad_playground* playground, int column) {
  return keep(playground->text, playground->runs.explanation(column));
}

const float* sandgrad_gradients(sandgrad_playground* playground) {
  const sand::GradientTable& table = playground->runs.gradients();
  std::vector<float> numbers;
  for (int domain = 0; domain < table.domains(); ++domain)
    for (const sand::Scalar number : table.row(domain)) numbers.push_back(static_cast<float>(number));
  return keep(playground->gradients, std::move(numbers));
}
const float* sandgrad_direction(sandgrad_playground* playground) {
  std::vector<float> numbers;
  for (const sand::Scalar number : playground->runs.direction().values.view().numbers())
    numbers.push_back(static_cast<float>(number));
  return keep(playground->direction, std::move(numbers));
}
const float* sandgrad_agreement(sandgrad_playground* playground) {
  return keep(playground->agreement, playground->runs.agreement());
}
const float* sandgrad_mask(sandgrad_playground* playground, double tau, double k) {
  return keep(playground->mask, playground->runs.mask_with(tau, k));
}
const double* sandgrad_scores(sandgrad_playground* playground, int erm, int examples) {
  return keep(playground->scores, playground->runs.scores(side_of(erm), examples));
}
const float* sandgrad_surface(sandgrad_playground* playground, int erm, int points, int tries) {
  return keep(playground->surface, playground->runs.surface(side_of(erm), points, tries));
}
const float* sandgrad_examples(sandgrad_playground* playground, int domain, int count) {
  return keep(playground->examples, playground->runs.examples(domain, count));
}
const int* sandgrad_labels(sandgrad_playground* playground, int domain, int count) {
  return keep(playground->labels, playground->runs.labels(domain, count));
}
const int* sandgrad_predictions(sandgrad_playground* playground, int erm, int domain, int count) {
  return keep(playground->predictions, playground->runs.predictions(side_of(erm), domain, count));
}
