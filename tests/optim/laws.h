// What the tests of the combiners share: tables of rows, directions and weights of one step.
#pragma once

#include <Eigen/Core>
#include <limits>
#include <string>
#include <vector>

#include "optim/card.h"
#include "tensor/error.h"
#include "tests/optim/problems.h"
#include "tests/optim/tables.h"

namespace sand::optim {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A rounding error of a Scalar, with room for a few more.
constexpr double kRounding = 4 * static_cast<double>(std::numeric_limits<Scalar>::epsilon());

/// The nearest numbers of the precision of a weight.
inline Eigen::MatrixXd rounded(const Eigen::MatrixXd& rows) { return rows.cast<Scalar>().cast<double>(); }

/// Normal rows [domains, columns] with one hardship, already rounded.
inline Eigen::MatrixXd rows_for(Index domains, Index columns, Hardship hardship, Random& random) {
  return rounded(random_rows(domains, columns, hardship, random));
}

inline GradientTable table_from(const Eigen::MatrixXd& rows) {
  std::vector<std::vector<double>> lists;
  for (Index e = 0; e < rows.rows(); ++e) {
    const Eigen::VectorXd row = rows.row(e);
    lists.emplace_back(row.begin(), row.end());
  }
  return table_of(lists);
}

inline Eigen::VectorXd vector_of(TensorView values) {
  return Eigen::Map<const Eigen::Array<Scalar, Eigen::Dynamic, 1>>(values.data(), values.size())
      .matrix()
      .cast<double>();
}

/// The direction of one step.
inline Eigen::VectorXd values_of(Combiner&& combiner, const Eigen::MatrixXd& rows) {
  return vector_of(combiner.combine(table_from(rows)).values);
}

/// The weights of one step.
inline Eigen::VectorXd weights_of(Combiner&& combiner, const Eigen::MatrixXd& rows) {
  return combiner.combine(table_from(rows)).weights;
}

/// Whether the largest difference is at most `tolerance` times the largest number.
inline bool near(const Eigen::VectorXd& found, const Eigen::VectorXd& expected, double tolerance) {
  const double largest = std::max(found.lpNorm<Eigen::Infinity>(), expected.lpNorm<Eigen::Infinity>());
  return (found - expected).lpNorm<Eigen::Infinity>() <= tolerance * largest;
}

/// The combiner of a card, with its defaults; masks without a rescale.
inline std::unique_ptr<Combiner> with_defaults(const CombinerCard& card) {
  Hparams hparams;
  for (const HparamRule& rule : card.hparams)
    if (!rule.is_list) hparams[rule.name] = rule.standard;
  if (hparams.count("rescale")) hparams["rescale"] = 0;
  return card.make(hparams, false);
}

/// The text of the error of `call`; "" without one.
template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace sand::optim
