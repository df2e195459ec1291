// How the ranks of a run agree: on a text, on a signal, and on going on or not. Every rank calls each
// function at the same point of the program. With one rank they do nothing.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "tensor/error.h"
#include "tensor/ranks.h"

namespace sand::experiments {

/// A failure that every rank knows of, so that all end in order. One rank has the message of the error; it is
/// empty on the others, which have nothing to print.
class AgreedFailure : public std::exception {
 public:
  AgreedFailure(Fault fault, std::string message) : fault_(fault), message_(std::move(message)) {}
  Fault fault() const { return fault_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Fault fault_;
  std::string message_;
};

/// The texts of all ranks, in their order.
std::vector<std::string> texts_of_all(const Ranks& ranks, const std::string& own);
/// The text of the first rank; that of the others is ignored.
std::string text_of_first(const Ranks& ranks, const std::string& own);
/// The first number that is not 0, in the order of the ranks; 0 if all are 0.
int first_not_zero(const Ranks& ranks, int own);

/// Each rank does its part, in which it must not share anything. If a part throws, every rank throws
/// AgreedFailure; the first rank that failed has the message, with its number unless it is rank 0. With one
/// rank, the error itself.
void do_together(const Ranks& ranks, const std::function<void()>& part);

}  // namespace sand::experiments
