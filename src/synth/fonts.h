// The fonts of drawings: files made known one by one, and nothing that the machine has installed.
#pragma once

#include <mutex>
#include <string>

typedef struct _PangoContext PangoContext;

namespace ov {

// Of this thread, knowing all fonts that use_font() (drawing.h) has made known: pango's maps are not for several
// threads at once.
PangoContext* font_context();

// To be held while text is measured or drawn: cairo (1.16) keeps ten font files open for all threads, and closes the
// eleventh's predecessor also while another thread draws with it.
std::unique_lock<std::mutex> lock_fonts();

}  // namespace ov
