#include "prompt/describe.h"

namespace ov {
namespace {

std::string by(std::int64_t a, std::int64_t b) { return std::to_string(a) + "x" + std::to_string(b); }

Json pair(const Grid& grid) { return Json::array({grid.rows, grid.cols}); }

}  // namespace

Json media_json(const PromptMedia& media) {
  const MediaPlan& plan = media.plan;
  return {{"kind", media.source.is_video ? "video" : "image"},
          {"source", media.source.path},
          {"width", plan.width},
          {"height", plan.height},
          {"mode", mode_name(plan.mode)},
          {"grid", pair(plan.grid)},
          {"tiles", plan.tiles},
          {"unpadded", pair(plan.unpadded)},
          {"final", pair(plan.final_map)},
          {"frames", plan.frames},
          {"tokens", plan.tokens}};
}

std::string media_text(const PromptMedia& media) {
  const MediaPlan& plan = media.plan;
  const std::string name = media.source.path.empty() ? by(plan.width, plan.height) : media.source.path;
  std::string text = name + ": " + by(plan.width, plan.height);
  if (plan.mode == MediaPlan::Mode::video) {
    return text + " video, " + std::to_string(plan.frames) + " frames, each pooled to " +
           by(plan.final_map.rows, plan.final_map.cols) + " = " + std::to_string(plan.tokens) + " tokens";
  }
  text += std::string(" image, ") + mode_name(plan.mode);
  if (plan.mode == MediaPlan::Mode::anyres) {
    text += ", grid " + by(plan.grid.rows, plan.grid.cols) + " (" + std::to_string(plan.tiles) +
            " tiles with the base image), map " + by(plan.unpadded.rows, plan.unpadded.cols);
    if (plan.final_map.rows != plan.unpadded.rows || plan.final_map.cols != plan.unpadded.cols) {
      text += " shrunk to " + by(plan.final_map.rows, plan.final_map.cols);
    }
  } else {
    text += ", 1 tile, map " + by(plan.final_map.rows, plan.final_map.cols);
  }
  return text + " = " + std::to_string(plan.tokens) + " tokens";
}

}  // namespace ov
