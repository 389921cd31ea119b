// The fonts of drawings: files made known one by one, and nothing that the machine has installed. Text goes through
// pango's FreeType side and not through cairo's: cairo (1.16) shares ten open font files between all threads, and
// closes one that another thread draws with.
#pragma once

#include <string>
#include <vector>

typedef struct _PangoContext PangoContext;

namespace ov {

// Of this thread, knowing all fonts that use_font() (drawing.h) has made known: pango's maps are not for several
// threads at once.
PangoContext* font_context();

// Marks the code points that the font file has. Throws format as use_font() does.
void add_characters(const std::string& path, std::vector<bool>& characters);

}  // namespace ov
