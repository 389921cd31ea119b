// What judges reply, read strictly: a reply that is not in the form that was asked for, or says two things at once, has
// no verdict. Replies may quote the answer that is graded, so they are as hostile as answers are.
//
//   number_field("{'pred': 'yes', 'score': 4}", "score", 0, 5) == 4
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ov {

// What follows a leading <think>...</think> block, without white space around it; "" for a block that never ends.
std::string_view without_reasoning(std::string_view reply);

// A field of the flat dictionary in the reply, as Python or JSON writes it: {'pred': 'yes', "score": 4}. Nothing when
// no dictionary has the field or two of them differ in it. Values are texts or numbers.
std::optional<std::string> dictionary_field(std::string_view reply, std::string_view key);
std::optional<double> number_field(std::string_view reply, std::string_view key, double low, double high);

// "Rating: 4", in any case, also as "**Rating:** 4/5" or "Rating: [4]"; nothing when it occurs with two numbers.
std::optional<double> labelled_number(std::string_view reply, std::string_view label, double low, double high);

// The two numbers of the first line, "8 7.5" or "8, 7.5", and nothing else in it.
std::optional<std::pair<double, double>> number_pair(std::string_view reply, double low, double high);

// The number that the reply begins with: "0.5" or "0.5 because ...".
std::optional<double> leading_number(std::string_view reply, double low, double high);

// The one digit, 0 or 1, that stands alone in the reply.
std::optional<bool> zero_or_one(std::string_view reply);

// The one letter from A to E that stands alone in the reply. Nothing when there may be an article "A".
std::optional<char> option_letter(std::string_view reply);

// A finite decimal number without anything around it: "4", "-0.5", "7.25".
std::optional<double> plain_number(std::string_view text);

}  // namespace ov
