// A photo and what it shows: as a caption, as the answer to a question, and as one of several options.
#include <algorithm>

#include "synth/asking.h"
#include "synth/photo.h"

namespace ov {
namespace {

// Labels of other photos.
std::vector<std::string> other_labels(RandomStream& random, const SampleWriter& writer, const std::string& label,
                                      std::size_t count) {
  std::vector<std::string> others;
  for (int tries = 0; tries < 200 && others.size() < count; ++tries) {
    const std::string other = pick_photo(random, writer).label;
    if (!look_alike(other, label) && std::find(others.begin(), others.end(), other) == others.end())
      others.push_back(other);
  }
  return others;
}

Query ask_name(const std::string& label) {
  const std::vector<std::string> wordings = {"What is shown in this photo?",
                                             "What does the photo show?",
                                             "What is in this picture?",
                                             "What can be seen in the photo?",
                                             "What is this?",
                                             "Name what you see in the image."};
  return {"name", wordings, label, "The photo shows " + photo_words(label) + "."};
}

Query ask_whether(RandomStream& random, const SampleWriter& writer, const std::string& label) {
  const std::vector<std::string> wordings = {"Is this %1?", "Does the photo show %1?", "Is this a photo of %1?",
                                             "Can you see %1 in this picture?", "Is %1 shown in the image?"};
  const bool yes = random.coin();
  const std::string asked = photo_words(yes ? label : other_labels(random, writer, label, 1).at(0));
  const std::string truly = "the photo shows " + photo_words(label) + ".";
  return yes_or_no("exists", fill(wordings, {asked}), yes, truly, truly);
}

Query ask_choice(RandomStream& random, const SampleWriter& writer, const std::string& label) {
  const std::vector<std::string> wordings = {"What is shown in this photo?", "Which of these does the photo show?",
                                             "What does the picture show?", "Which of these can be seen?",
                                             "What is in the photo?"};
  const auto wrong = other_labels(random, writer, label, static_cast<std::size_t>(random.between(2, 3)));
  return lettered("choice", wordings, label, wrong);
}

void draw_photo_caption(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Photo photo = pick_photo(random, writer);
  Drawing drawing = photo_drawing(random.between(writer.setting("sides")), *photo.picture);
  draw_photo(random, drawing, *photo.picture);
  writer.add_picture(drawing.image());
  const std::int64_t rounds = random.between(writer.setting("rounds"));
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::int64_t kind = (index + round) % 4;
    const Query query =
        kind == 0   ? in_a_sentence("caption", caption_requests(), "A photo of " + photo_words(photo.label) + ".")
        : kind == 1 ? ask_name(photo.label)
        : kind == 2 ? ask_whether(random, writer, photo.label)
                    : ask_choice(random, writer, photo.label);
    if (rounds == 1) writer.set_kind(query.kind);
    ask(random, writer, query);
  }
}

}  // namespace

Family photo_caption_family() {
  return {"photo_caption",
          "captions of photos and questions about what they show",
          {{"sides", {112, 192}, {32, 1024}}, {"rounds", {1, 3}, {1, 4}}},
          draw_photo_caption};
}

}  // namespace ov
