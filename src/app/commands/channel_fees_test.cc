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
  for (const char* name : {"client: open", "client: reopen", "client: top up", "client: withdraw",
                           "client: collect refund"})
    EXPECT_GE(payment::chain::kMessageValues.request.count(), operation(name).at("least")) << name;
}

TEST(ChannelFees, TheReserveIsTheContracts) {
  std::ifstream file(std::string(COCOON_VECTORS) + "/../../contracts/src/value.tolk");
  const std::string source{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(source.find("const STORAGE_RESERVE = ton(\"0.1\")"), std::string::npos);
  EXPECT_NE(source.find("const REFILL = ton(\"0.02\")"), std::string::npos);
  using payment::chain::missing_storage_reserve;
  EXPECT_EQ(missing_storage_reserve({}), base::Nanoton(20'000'000));
  EXPECT_EQ(missing_storage_reserve(base::Nanoton(99'000'000)), base::Nanoton(1'000'000));
  EXPECT_EQ(missing_storage_reserve(base::Nanoton(100'000'000)), base::Nanoton{});
  EXPECT_EQ(missing_storage_reserve(base::Nanoton(500'000'000)), base::Nanoton{});
}

}  // namespace
}  // namespace cocoon::app::commands
