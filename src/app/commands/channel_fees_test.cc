// The fees that dry runs show are those that were measured.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "payment/chain/fees.h"
#include "payment/chain/order.h"

namespace cocoon::app::commands {
namespace {

nlohmann::json operation(std::string_view name) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/../../contracts/gas.json");
  const auto document = nlohmann::json::parse(file);
  for (const auto& row : document.at("operations")) {
    if (row.at("name") == name) return row;
  }
  return {};
}

TEST(ChannelFees, AreThoseThatWereMeasured) {
  for (const auto& measured : payment::chain::kMeasuredFees) {
    const auto row = operation(measured.operation);
    ASSERT_FALSE(row.is_null()) << measured.operation;
    EXPECT_EQ(row.at("fee"), measured.fee.count()) << measured.operation;
  }
}

TEST(ChannelFees, WhatIsAttachedIsEnough) {
  for (const char* name : {"client: top up", "client: withdraw", "client: collect refund"})
    EXPECT_GE(payment::chain::kMessageValues.request.count(), operation(name).at("least")) << name;
}

}  // namespace
}  // namespace cocoon::app::commands
