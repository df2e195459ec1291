#include "tensor/error.h"

#include <algorithm>

#include "tensor/printable.h"

namespace sand {

Error::Error(Fault fault, std::string_view rule) : fault_(fault) {
  for (;; message_ += '\n') {  // a rule may be the message of another error, with its facts
    const std::size_t end = std::min(rule.find('\n'), rule.size());
    message_ += without_controls(rule.substr(0, end));
    if (end == rule.size()) return;
    rule.remove_prefix(end + 1);
  }
}

Error& Error::fact(std::string_view name, std::string_view value) {
  const std::string shown = without_controls(name) + " ";
  if (name.ends_with(':')) {  // an entry of a list
    message_ += "\n    " + shown + without_controls(value);
    return *this;
  }
  if (shown.size() > column_) {  // moves the values before it to the right, starting with the last
    const std::size_t wider = shown.size() - column_;
    for (std::size_t i = values_.size(); i-- > 0; values_[i] += (i + 1) * wider)
      message_.insert(values_[i], wider, ' ');
    column_ = shown.size();
  }
  message_ += "\n    " + shown + std::string(column_ - shown.size(), ' ');
  values_.push_back(message_.size());
  message_ += without_controls(value);
  return *this;
}

Error& Error::at(Here here) {
  if (here.line != 0) message_ += "\n    at " + here.text();  // no line: a leaf of a tape
  return *this;
}

Error& Error::hint(std::string_view what_to_do) {
  message_ += "\n    hint: ";
  message_ += without_controls(what_to_do);
  return *this;
}

}  // namespace sand
