// Numbers as Python reads and writes them, where a reference metric leaves its rule to float(), int(), round() or
// str().
//
//   parse_float(U" 1_000.5 ") == 1000.5;   float_text(1e16) == U"1e+16";   round_decimals(2.675, 2) == 2.67
#pragma once

#include <optional>

#include "metrics/code_points.h"

namespace ov {

std::optional<double> parse_float(TextView text);   // float(text); nothing where it raises ValueError
bool is_integer(TextView text);                     // int(text) succeeds
double round_decimals(double value, int decimals);  // round(value, decimals): half to even of the exact value
Text float_text(double value);                      // str(value)
std::optional<Text> integer_text(double value);     // str(int(value)); nothing for infinity and not a number

}  // namespace ov
