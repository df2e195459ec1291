// A list of named rows, such as the combiners, to which a user's program may add its own.
#pragma once

#include <strings.h>

#include <string>
#include <utility>
#include <vector>

#include "tensor/error.h"

namespace sand {

/// Row has a member `name`. Not for several threads: rows are added at the start of a program.
template <class Row>
class Registry {
 public:
  Registry(const char* what, std::vector<Row> rows) : what_(what), rows_(std::move(rows)) {}

  /// Throws Error(usage) for an empty name, a name that is taken (case does not count), and after rows():
  /// other lists have copied the names by then.
  void add(Row row) {
    const std::string name = row.name;
    const auto refuse = [&](const char* rule) {
      return Error(Fault::usage, std::string(what_) + ": " + rule).fact("found", name);
    };
    check(!name.empty(), [&] { return refuse("one to add needs a name"); });
    check(!read_, [&] { return refuse("add it at the start of the program, before the list is used"); });
    for (const Row& other : rows_)
      check(::strcasecmp(std::string(other.name).c_str(), name.c_str()) != 0,
            [&] { return refuse("the name is taken"); });
    rows_.push_back(std::move(row));
  }
  const std::vector<Row>& rows() const {
    read_ = true;
    return rows_;
  }

 private:
  const char* what_;
  std::vector<Row> rows_;
  mutable bool read_ = false;
};

}  // namespace sand
