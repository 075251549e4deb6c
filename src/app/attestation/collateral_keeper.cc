// One request after another; what fails is tried again after a pause.
#include "app/attestation/collateral_keeper.h"

#include "attest/collateral/limits.h"
#include "base/check.h"

namespace cocoon::app::attestation {
namespace {

using attest::collateral::Item;
using attest::collateral::ItemName;
using attest::collateral::Service;
using base::Error;
using base::Result;

constexpr base::Duration kLookEvery = std::chrono::seconds(2);
constexpr base::Duration kPauseAfterFailure = std::chrono::seconds(60);
constexpr base::Duration kFetchTimeout = std::chrono::seconds(10);
// Under one of these names services put the chain of an item's signer.
constexpr std::string_view kChainHeaders[] = {"TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain",
                                              "SGX-Enclave-Identity-Issuer-Chain",
                                              "SGX-PCK-CRL-Issuer-Chain"};

enum class FetchError { BadAnswer };
std::string_view reason_name(FetchError) { return "collateral_bad_answer"; }

}  // namespace

const std::string& CollateralUrls::of(Service service) const {
  switch (service) {
    case Service::Intel:
      return intel;
    case Service::Amd:
      return amd;
    case Service::Nvidia:
      return nvidia;
  }
  CHECK(false);
}

class CollateralKeeper::Fetch final : public io::HttpClientEvents {
 public:
  Fetch(CollateralKeeper& keeper, io::HttpEndpoint endpoint, ItemName name)
      : keeper_(keeper),
        client_(keeper.runtime_, std::move(endpoint),
                {.idle_pool_max = 0,
                 .connect_timeout = kFetchTimeout,
                 .first_byte_timeout = kFetchTimeout,
                 .idle_timeout = kFetchTimeout,
                 .total_timeout = kFetchTimeout}) {
    item_.name = std::move(name);
    call_ = client_.request({.path = item_.name.path}, *this);
  }

  void on_head(unsigned status, const io::HttpHeaders& headers) override {
    status_ = status;
    for (const std::string_view name : kChainHeaders) {
      const auto value = headers.get(name);
      if (!value) continue;
      auto chain = attest::collateral::decode_chain_header(*value);
      if (!chain) return fail("a malformed chain of certificates");
      item_.issuer_chain = *std::move(chain);
    }
  }
  void on_body(base::BytesView bytes) override {
    if (item_.body.size() + bytes.size() > attest::collateral::kItemSizeMax) {
      return fail("an answer that is too long");
    }
    item_.body.insert(item_.body.end(), bytes.begin(), bytes.end());
  }
  void on_end() override {
    if (status_ != 200) return fail("status " + std::to_string(status_));
    finish(std::move(item_));
  }
  void on_error(const Error& error) override { finish(error); }

 private:
  void fail(const std::string& what) { finish(Error(FetchError::BadAnswer, "got " + what)); }
  void finish(Result<Item> item) {
    if (finished_) return;
    finished_ = true;
    // Later, since the keeper then destroys this object.
    keeper_.runtime_.post([&keeper = keeper_, name = item_.name,
                           outcome = std::make_shared<Result<Item>>(std::move(item)),
                           alive = std::weak_ptr<int>(alive_)] {
      if (!alive.expired()) keeper.on_fetched(name, std::move(*outcome));
    });
  }

  CollateralKeeper& keeper_;
  io::HttpClient client_;
  std::unique_ptr<io::HttpCall> call_;
  Item item_;
  unsigned status_ = 0;
  bool finished_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

CollateralKeeper::CollateralKeeper(io::Runtime& runtime, CollateralUrls urls,
                                   std::shared_ptr<LiveCollateral> live,
                                   store::CollateralStore* store, CollateralComplaint complain)
    : runtime_(runtime),
      urls_(std::move(urls)),
      live_(std::move(live)),
      store_(store),
      complain_(std::move(complain)),
      timer_(runtime, [this] { on_timer(); }) {
  timer_.arm_in(kLookEvery);
}

CollateralKeeper::~CollateralKeeper() = default;

void CollateralKeeper::on_timer() {
  timer_.arm_in(kLookEvery);
  if (!fetch_) refresh({});
}

void CollateralKeeper::refresh(std::function<void()> done) {
  done_ = std::move(done);
  const base::Now now = runtime_.now();
  queue_.clear();
  for (ItemName& name : live_->due(now.wall)) {
    if (urls_.of(name.service).empty()) continue;
    const auto pause = not_before_.find(name);
    if (pause != not_before_.end() && now.steady < pause->second) continue;
    queue_.push_back(std::move(name));
  }
  fetch_next();
}

void CollateralKeeper::fetch_next() {
  fetch_.reset();
  if (queue_.empty()) {
    if (const auto done = std::exchange(done_, nullptr)) done();
    return;
  }
  const ItemName name = std::move(queue_.front());
  queue_.pop_front();
  auto endpoint = io::HttpEndpoint::parse(urls_.of(name.service));
  if (!endpoint) {
    on_fetched(name, std::move(endpoint).error());
    return;
  }
  fetch_ = std::make_unique<Fetch>(*this, *std::move(endpoint), name);
}

void CollateralKeeper::on_fetched(const ItemName& name, Result<Item> item) {
  Result<void> outcome;
  if (item) {
    accept(*std::move(item));
  } else {
    not_before_[name] = runtime_.now().steady + kPauseAfterFailure;
    complain_("collateral " + to_text(name) + ": " + item.error().message());
  }
  fetch_next();
}

void CollateralKeeper::accept(Item item) {
  const base::WallTime now = runtime_.now().wall;
  const ItemName name = item.name;
  store::CollateralRow row{.name = to_text(name),
                           .body = item.body,
                           .issuer_chain = item.issuer_chain,
                           .fetched_at_us = now.time_since_epoch().count()};
  const auto added = live_->add(now, std::move(item));
  if (!added) {
    not_before_[name] = runtime_.now().steady + kPauseAfterFailure;
    return complain_(added.error().message());
  }
  not_before_.erase(name);
  if (store_ == nullptr) return;
  if (const auto kept = store_->put(row); !kept) complain_(kept.error().message());
}

Result<void> load_collateral(const store::CollateralStore& store, LiveCollateral& live) {
  for (store::CollateralRow& row : TRY(store.load())) {
    auto name = attest::collateral::parse_item_name(row.name);
    if (!name) continue;
    const base::WallTime fetched{base::Duration(row.fetched_at_us)};
    (void)live.add(fetched, {*std::move(name), std::move(row.body), std::move(row.issuer_chain)})
        .ok();
  }
  return {};
}

}  // namespace cocoon::app::attestation
