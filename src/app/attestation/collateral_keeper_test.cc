// A cache on this machine that serves recorded collateral, honestly and otherwise.
#include "app/attestation/collateral_keeper.h"

#include <filesystem>

#include "app/attestation/recorded_evidence.h"
#include "attest/collateral/bundle.h"
#include "io/http_server.h"

namespace cocoon::app::attestation {
namespace {

using attest::collateral::BundledItem;

std::string percent_encoded(const base::Bytes& text) {
  std::string out;
  constexpr char kDigits[] = "0123456789ABCDEF";
  for (const std::uint8_t byte : text) {
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

class KeeperTest : public ::testing::Test {
 protected:
  void serve(const std::string& vector) {
    auto items = attest::collateral::parse_bundle(recorded_evidence(vector).collateral);
    ASSERT_TRUE(items.ok());
    items_ = *std::move(items);
  }

  void SetUp() override {
    server_ = *io::HttpServer::open(runtime_, {}, [this](auto exchange) { answer(*exchange); });
    directory_ =
        std::filesystem::temp_directory_path() /
        ("cocoon-keeper-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
         "-" + std::to_string(getpid()));
    std::filesystem::create_directory(directory_);
    store_ = *store::CollateralStore::open(directory_ / "collateral.db");
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void refresh() {
    CollateralKeeper keeper(runtime_,
                            {.intel = "http://127.0.0.1:" + std::to_string(server_->port())}, live_,
                            store_.get(), [this](const std::string& text) { complaint_ = text; });
    keeper.refresh([this] { runtime_.stop(); });
    runtime_.run();
  }
  std::shared_ptr<const attest::IntelCollateral> found() const {
    return live_->find(
        {attest::IntelTee::Tdx, attest::PckAuthority::Platform, {0xb0, 0xc0, 0x6f, 0, 0, 0}});
  }

  io::Runtime runtime_;
  std::vector<BundledItem> items_;
  bool failing_ = false;
  int requests_ = 0;
  std::string complaint_;
  std::shared_ptr<LiveCollateral> live_ = std::make_shared<LiveCollateral>();
  std::unique_ptr<store::CollateralStore> store_;
  std::filesystem::path directory_;

 private:
  void answer(io::HttpExchange& exchange) {
    ++requests_;
    for (const auto& [item, fetched] : items_) {
      if (failing_ || item.name.path != exchange.request().target) continue;
      const std::string chain = percent_encoded(item.issuer_chain);
      return exchange.respond(200, {{"SGX-PCK-CRL-Issuer-Chain", chain}}, item.body);
    }
    exchange.respond(failing_ ? 500 : 404, {}, std::string_view("no"));
  }
  std::unique_ptr<io::HttpServer> server_;
};

TEST_F(KeeperTest, FetchesWhatAVerifierMissed) {
  serve("phala-v4");
  EXPECT_EQ(found(), nullptr);
  refresh();
  EXPECT_EQ(complaint_, "");
  ASSERT_NE(found(), nullptr);
  EXPECT_EQ(requests_, 4);
  EXPECT_FALSE(found()->tcb_info_issuer_chain.empty());
  refresh();
  EXPECT_EQ(requests_, 4) << "asked for again within the hour";
}

TEST_F(KeeperTest, RemembersAcrossARestart) {
  serve("phala-v4-c2");
  (void)found();
  refresh();
  ASSERT_NE(found(), nullptr);
  const auto newest = found()->tcb_info;

  // Long ago, so that it is asked for again at once.
  const auto rows = store_->load();
  ASSERT_TRUE(rows.ok());
  for (store::CollateralRow row : *rows) {
    row.fetched_at_us = 0;
    ASSERT_TRUE(store_->put(row).ok());
  }
  live_ = std::make_shared<LiveCollateral>();
  ASSERT_TRUE(load_collateral(*store_, *live_).ok());
  ASSERT_NE(found(), nullptr);
  EXPECT_EQ(found()->tcb_info, newest);

  // A cache that shows last year's collateral is not believed.
  serve("phala-v4");
  refresh();
  EXPECT_NE(complaint_.find("older than what is here"), std::string::npos) << complaint_;
  EXPECT_EQ(found()->tcb_info, newest);
}

TEST_F(KeeperTest, ServiceThatFails) {
  serve("phala-v4");
  failing_ = true;
  (void)found();
  refresh();
  EXPECT_EQ(found(), nullptr);
  EXPECT_NE(complaint_.find("status 500"), std::string::npos) << complaint_;
}

}  // namespace
}  // namespace cocoon::app::attestation
