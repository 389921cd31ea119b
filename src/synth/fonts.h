// The fonts of drawings: files made known one by one, and nothing that the machine has installed.
#pragma once

#include <string>

typedef struct _PangoContext PangoContext;

namespace ov {

// Of this thread, knowing all fonts that use_font() (drawing.h) has made known: pango's maps are not for several
// threads at once.
PangoContext* font_context();

}  // namespace ov
