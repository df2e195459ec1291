// The parts of an operation, and its formula card.
#pragma once

namespace sand {

/// The formula card of an op, for the text of a tape and for the documentation.
struct OpDoc {
  const char* name;      ///< "relu"
  const char* forward;   ///< formula of the output y
  const char* backward;  ///< formula of what is added to each incoming gradient
};

// An op is a struct with a `doc`, a shape rule, forward and backward, on a page of its own in autograd/ops/:
//
//     static constexpr OpDoc doc;
//     Shape shape(const Shape& x, ...);                       throws Error(usage) for shapes that do not fit
//     void forward(TensorView x, ..., TensorSpan y);
//     void backward(TensorView x, ..., TensorView y, TensorView dy, TensorSpan dx, ...);
//
// Arguments are always inputs, output, incoming gradient, outgoing gradients. Backward adds to dx, never
// assigns, and ignores an empty dx. The tape also detects these optional parts:
//
//     TensorSpan saved;           data from forward to backward, of shape saved_shape(x, ...)
//     TensorSpan scratch;         temporary memory of shape scratch_shape(x, ...), shared by all ops
//     Sides sides;                which side of a kink to take, or a place to write it, see sides.h
//     const Scalar* prepared;     read by the kernels instead of the second input, the weight
//     WeightForm form(x, ..., wanted)             the form of `prepared`
//     Index multiply_adds(x, ...)                 cost of forward
//     bool backward_ignores_output                backward does not read y
//     bool spares_input(x, ...)                   backward does not read its first input
//     bool in_place                               y[i] depends only on x[i], and backward reads only y
//     void backward_in_place(x, ..., y, d, ...)   backward that reads dy from d and writes dx to d

}  // namespace sand
