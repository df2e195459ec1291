// One call of a combiner on a table from outside: the checks that `sandgrad combine` and the Python module
// share.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "optim/card.h"
#include "tensor/error.h"

namespace sand::experiments {

/// Each throws Error(data); `file`, unless it is "", is a fact of the error.
/// Unless the shape is [domains, columns] with 1 to 4096 domains and at least one column; `found` describes
/// the array.
void check_table_shape(const std::vector<Index>& shape, const std::string& found,
                       const std::string& file = "");
/// For NaN or infinity. Wrong content of a file is no fault of the method: Fault::non_finite would blame it.
void check_gradients(const GradientTable& table, const std::string& file = "");
/// Copies the losses [E]. Unless there is one for every domain, and all are finite.
void set_losses(GradientTable& table, const std::vector<Index>& shape, std::span<const double> losses,
                const std::string& found, const std::string& file = "");

/// Throws Error(usage) if the method sees losses and there are none; `hint` names the way to give them.
void check_has_losses(const optim::CombinerCard& method, bool given, const std::string& hint);
/// Throws Error(non_finite): the gradients are finite, but their products or sums may overflow.
void check_combined(const optim::CombinerCard& method, const optim::Direction& direction);

}  // namespace sand::experiments
