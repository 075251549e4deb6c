// Fetches collateral and keeps it: from caches and services over plain HTTP, since everything in it
// is signed by its vendor; into a file, so that a restart knows how new it has already seen it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/attestation/live_collateral.h"
#include "io/http_client.h"
#include "io/runtime.h"
#include "store/collateral_store.h"

namespace cocoon::app::attestation {

// "http://127.0.0.1:8081"; empty: that service is not asked.
struct CollateralUrls {
  std::string intel{};   // a PCCS, or any cache of Intel's paths
  std::string amd{};     // a cache of AMD's key distribution service
  std::string nvidia{};  // a cache of NVIDIA's RIM service
  const std::string& of(attest::collateral::Service service) const;
};

// Called when an item could not be had; why, in a sentence.
using CollateralComplaint = std::function<void(const std::string&)>;

// Reads what the file holds into the live collateral. Rows that can't be used are left out.
base::Result<void> load_collateral(const store::CollateralStore& store, LiveCollateral& live);

class CollateralKeeper {
 public:
  // `store` may be null. Looks every few seconds for what is due, one request at a time.
  CollateralKeeper(io::Runtime& runtime, CollateralUrls urls, std::shared_ptr<LiveCollateral> live,
                   store::CollateralStore* store, CollateralComplaint complain);
  ~CollateralKeeper();

  // Fetches what is due now; `done` when nothing is left to try.
  void refresh(std::function<void()> done);

 private:
  class Fetch;
  void on_timer();
  void fetch_next();
  void on_fetched(const attest::collateral::ItemName& name,
                  base::Result<attest::collateral::Item> item);
  void accept(attest::collateral::Item item);

  io::Runtime& runtime_;
  CollateralUrls urls_;
  std::shared_ptr<LiveCollateral> live_;
  store::CollateralStore* store_;
  CollateralComplaint complain_;
  io::Timer timer_;
  std::deque<attest::collateral::ItemName> queue_;
  std::map<attest::collateral::ItemName, base::Instant> not_before_;  // after a failure
  std::unique_ptr<Fetch> fetch_;
  std::function<void()> done_;
};

}  // namespace cocoon::app::attestation
