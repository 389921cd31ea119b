// Pictures as PNG files, 8-bit RGB, through libpng. The same picture gives the same bytes wherever the
// same versions of libpng and zlib run.
//
//   write_png("out/red.png", image);
#pragma once

#include <string>

#include "media/image.h"

namespace ov {

// The bytes of the file. Throws input for a picture without pixels or with another number of bytes
// than its size says.
std::string encode_png(const Image& image);

// Writes aside and renames, so that `path` is either the old file or the whole new one. Throws as
// encode_png does, and resource when the file cannot be written.
void write_png(const std::string& path, const Image& image);

}  // namespace ov
