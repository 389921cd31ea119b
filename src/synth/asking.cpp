#include "synth/asking.h"

namespace ov {

std::string filled(const std::string& pattern, const std::string& first, const std::string& second) {
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string mark = pattern.substr(i, 3);
    if (mark != "{0}" && mark != "{1}") {
      text += pattern[i];
      continue;
    }
    text += mark == "{0}" ? first : second;
    i += 2;
  }
  return text;
}

std::string phrase(RandomStream& random, std::span<const char* const> patterns, const std::string& first,
                   const std::string& second) {
  return filled(random.pick(patterns), first, second);
}

PosedQuestion choice_question(RandomStream& random, const std::string& kind, const std::string& text,
                              const std::string& right, const std::vector<std::string>& wrong) {
  const Choice choice = make_choice(random, text, right, wrong);
  return {kind, choice.question, choice.letter, ""};
}

void add_question(RandomStream& random, SampleWriter& writer, const PosedQuestion& question) {
  if (question.in_words.empty()) return writer.add_exchange(question.text, question.answer);
  // Tests compare words: a sentence can be right in many ways.
  if (random.below(3) == 0 && !writer.test()) return writer.add_exchange(question.text, question.in_words);
  writer.add_exchange(question.text + kShortAnswer, question.answer);
}

std::string caption_request(RandomStream& random) {
  static constexpr const char* kRequests[] = {"Provide a one-sentence caption for the provided image.",
                                              "Please generate a short caption of the given image.",
                                              "Write a short caption for this picture.",
                                              "Describe the image concisely.",
                                              "Provide a brief description of the given image.",
                                              "Offer a succinct explanation of the picture presented.",
                                              "Summarize the visual content of the image.",
                                              "Give a short and clear explanation of the image.",
                                              "Share a concise interpretation of the image provided.",
                                              "What is in this picture? Answer with one short sentence."};
  return random.pick(kRequests);
}

std::string detail_request(RandomStream& random) {
  static constexpr const char* kRequests[] = {"Please generate detailed descriptions of the given image.",
                                              "Describe this image in detail.",
                                              "Describe the following image in detail.",
                                              "Give a detailed description of the picture.",
                                              "What do you see in the picture, and where is it?",
                                              "Describe everything in this picture.",
                                              "Explain the contents of the image in detail.",
                                              "Write a detailed description of this image."};
  return random.pick(kRequests);
}

}  // namespace ov
