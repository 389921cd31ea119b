// The two-layer MLP between vision and language (mlp2x_gelu): exact GELU, applied to every patch
// before any unpadding, pooling or interpolation. Source: LLaVA-OneVision section 3.1.
#pragma once

#include <string>

#include "tensor/layers.h"

namespace ov {

struct Projector {
  Linear linear_1, linear_2;

  // features [B, P, Dv] -> [B, P, D].
  Tensor operator()(const Tensor& features) const {
    return linear(linear(features, linear_1, Path::wide, Activation::gelu_erf), linear_2, Path::wide);
  }
};

template <class Visit>
void visit(Projector& projector, const std::string& prefix, Visit&& at) {
  visit(projector.linear_1, prefix + ".linear_1", at);
  visit(projector.linear_2, prefix + ".linear_2", at);
}

}  // namespace ov
