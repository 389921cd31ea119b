// The families of documents and screens.
#include "synth/documents.h"

#include "synth/supplies.h"

namespace ov {
namespace {

template <typename Document>
Document make(RandomStream& random, const SampleWriter& writer) {
  return Document::make(random, writer.test());
}

template <>
Page make(RandomStream& random, const SampleWriter& writer) {
  return Page::make(random, writer.test(), writer.corpus());
}

template <typename Document>
Document add_document(RandomStream& random, SampleWriter& writer) {
  const Document document = make<Document>(random, writer);
  const FontKind kind = random.pick(std::vector<FontKind>{FontKind::sans, FontKind::serif, FontKind::mono});
  writer.add_picture(document.draw(random, pick_font(random, writer, kind)));
  return document;
}

template <typename Document>
void draw_questions(RandomStream& random, std::int64_t, SampleWriter& writer) {
  const Document document = add_document<Document>(random, writer);
  ask_some(random, writer, document.queries(random));
}

template <typename Document>
void draw_read_out(RandomStream& random, SampleWriter& writer, const std::string& noun) {
  const std::string text = add_document<Document>(random, writer).read_out();
  writer.set_kind(noun);
  const std::vector<std::string> requests = {"Read out the %1.",
                                             "What is written in the %1? Read all of it.",
                                             "Write down the text of the %1.",
                                             "Transcribe the %1.",
                                             "What does the %1 say?",
                                             "Read all the text in the image."};
  writer.add_exchange(fill(random.pick(requests), {noun}), text);
}

void draw_detail(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  switch (index % 5) {
    case 0: return draw_read_out<Table>(random, writer, "table");
    case 1: return draw_read_out<Receipt>(random, writer, "receipt");
    case 2: return draw_read_out<FilledForm>(random, writer, "form");
    case 3: return draw_read_out<Window>(random, writer, "window");
    default: return draw_read_out<Page>(random, writer, "page");
  }
}

const std::vector<Setting> kRounds = {{"rounds", {1, 3}, {1, 8}}};

}  // namespace

Image scanned(RandomStream& random, const Drawing& drawing, const Rgb& ground) {
  const int grain = static_cast<int>(random.between(0, 8));
  const std::uint64_t key = random.next();
  if (random.below(3) > 0) return drawing.image(grain, key);
  Drawing turned(drawing.width(), drawing.height(), ground);
  const double angle = static_cast<double>(random.between(-10, 10)) / 10;
  turned.picture(picture_of(drawing.image()), turned.all(), {.angle = angle});
  return turned.image(grain, key);
}

Family table_family() { return {"table", "short questions about tables", kRounds, draw_questions<Table>}; }
Family receipt_family() { return {"receipt", "short questions about receipts", kRounds, draw_questions<Receipt>}; }
Family form_family() { return {"form", "short questions about filled forms", kRounds, draw_questions<FilledForm>}; }
Family window_family() {
  return {"window", "short questions about windows of a screen", kRounds, draw_questions<Window>};
}
Family page_family() { return {"page", "short questions about pages of text", kRounds, draw_questions<Page>}; }
Family document_detail_family() {
  return {"document_detail", "tables, receipts, forms, windows and pages read out", {}, draw_detail};
}

}  // namespace ov
