// Names are distinct and stable; codes of the wire are the network's.
#include "session/fault.h"

#include <gtest/gtest.h>

#include <set>

namespace cocoon::session {
namespace {

TEST(Fault, EveryNameIsItsOwn) {
  std::set<std::string_view> names;
  const int last = static_cast<int>(SessionFault::NoCommonVersion);
  for (int i = 0; i <= last; ++i) names.insert(reason_name(static_cast<SessionFault>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_FALSE(names.contains("unknown"));
}

// [WIRE-45]
TEST(Fault, WireErrors) {
  EXPECT_EQ(wire_error(601), WireError::Failure);
  EXPECT_EQ(wire_error(602), WireError::Error);
  EXPECT_EQ(wire_error(603), WireError::Warning);
  EXPECT_EQ(wire_error(621), WireError::ProtocolViolation);
  EXPECT_EQ(wire_error(651), WireError::NotReady);
  EXPECT_EQ(wire_error(652), WireError::Timeout);
  EXPECT_EQ(wire_error(653), WireError::Cancelled);
  EXPECT_EQ(wire_error(0), std::nullopt);
  EXPECT_EQ(wire_error(604), std::nullopt);
  EXPECT_EQ(wire_error_name(WireError::ProtocolViolation), "protocol_violation");
}

}  // namespace
}  // namespace cocoon::session
