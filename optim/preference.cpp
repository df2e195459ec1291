#include "optim/preference.h"

#include <cmath>

#include "optim/option.h"

namespace sand::optim {

Eigen::MatrixXd by_trace(const Eigen::MatrixXd& gram, double norm_eps) {
  double trace = 0;
  for (Eigen::Index e = 0; e < gram.rows(); ++e) trace += gram(e, e);
  return trace < norm_eps || trace == 0 ? Eigen::MatrixXd::Zero(gram.rows(), gram.cols())
                                        : Eigen::MatrixXd(gram / trace);
}

HparamRule pref_vector_rule() {
  return {.name = "pref_vector",
          .standard = 0,
          .draw = HparamRule::Draw::fixed,
          .low = 0,
          .high = 0,
          .range = "one number of at least 0 for every domain",
          .meaning = "preference u among the domains",
          .is_list = true,
          .without_list = "1/E"};
}

void check_preference(const char* method, const std::vector<double>& preference) {
  bool any = preference.empty();
  for (const double number : preference) {
    Option{method, "pref_vector", number}.must(number >= 0 && std::isfinite(number),
                                               "finite numbers of at least 0");
    any = any || number > 0;
  }
  if (!any) Option{method, "pref_vector", 0}.must(false, "above 0 for some domain");
}

Eigen::VectorXd preference_or(double standard, const char* method, const std::vector<double>& preference,
                              Eigen::Index domains) {
  check_one_each(method, "pref_vector", preference, static_cast<int>(domains));
  return preference.empty() ? Eigen::VectorXd::Constant(domains, standard)
                            : Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(preference.data(), domains));
}

}  // namespace sand::optim
