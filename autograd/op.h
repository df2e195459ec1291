// What an operation is, and the card that documents it.
#pragma once

namespace sand {

/// The formula card of an op: what the tape prints and the documentation lists.
struct OpDoc {
  const char* name;
  const char* forward;
  const char* backward;
};

// An op is a struct with a `doc`, a shape rule, forward and backward, on a page of its own in autograd/ops/:
//
//     static constexpr OpDoc doc;
//     Shape shape(const Shape& x, ...);                       throws Error(usage) for shapes that do not fit
//     void forward(TensorView x, ..., TensorSpan y);
//     void backward(TensorView x, ..., TensorView y, TensorView dy, TensorSpan dx, ...);
//
// Arguments are always inputs, output, incoming gradient, outgoing gradients. Backward adds to dx, never
// assigns, and leaves an empty dx alone. What else an op may have, all of it seen by the tape:
//
//     TensorSpan saved;           what forward keeps for backward, of shape saved_shape(x, ...)
//     TensorSpan scratch;         room of shape scratch_shape(x, ...); all ops share it, and it keeps nothing
//     const Scalar* prepared;     what the kernels read in place of the second input, the weight
//     WeightForm form(x, ..., wanted)             of `prepared`
//     Index multiply_adds(x, ...)                 what forward costs
//     bool backward_ignores_output                backward does not read y
//     bool spares_input(x, ...)                   backward does not read its first input
//     bool in_place                               y[i] depends on x[i] alone, and backward reads y alone
//     void backward_in_place(x, ..., y, d, ...)   backward that reads dy from d and writes dx of x there

}  // namespace sand
