// A folder of frames as a video: its pictures in natural order of their names, so that frame_2 comes
// before frame_10 (the authors' code sorts bytes, and so do we under Compat::official). Pictures are
// told by the ending of their names; other and hidden files are passed over.
//
//   const std::vector<std::string> paths = list_frames("clip_frames", Compat::exact);
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/model_config.h"

namespace ov {

// Runs of digits compare as numbers, everything else byte by byte; equal so far, then byte by byte.
bool natural_less(std::string_view a, std::string_view b);

// Paths of the pictures directly in the folder. Throws input when there is none.
std::vector<std::string> list_frames(const std::string& folder, Compat compat);

}  // namespace ov
