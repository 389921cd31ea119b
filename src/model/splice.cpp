#include "model/splice.h"

#include <string>

#include "base/error.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {

void splice_media(Tensor& embeds, const std::vector<MediaRun>& runs, const std::vector<Tensor>& features) {
  if (runs.size() != features.size()) {
    throw Error(ErrorKind::internal, "the prompt has " + std::to_string(runs.size()) + " media placeholders but " +
                                         std::to_string(features.size()) + " media were encoded");
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    check_shape(features[i], {runs[i].tokens, embeds.size(1)}, "features of medium " + std::to_string(i + 1));
    embeds.narrow(0, runs[i].begin, runs[i].tokens).copy_(features[i]);
  }
}

}  // namespace ov
