// For tests of this folder: what an input that is refused is told.
//
//   EXPECT_THAT(refusal([&] { table->at(3); }), HasSubstr("row 3"));
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace ov {

// The message of the Error of this kind that `body` throws; a failure of the test when it throws none.
template <class Body>
std::string refusal(const Body& body, ErrorKind kind = ErrorKind::input) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace ov
