#include "app/commands/up_chain.h"

#include <filesystem>

#include "app/commands/chain_limits.h"
#include "app/commands/fault.h"
#include "app/commands/whereabouts.h"
#include "crypto/hash.h"
#include "io/files.h"
#include "registry/limits.h"
#include "registry/root_orders.h"
#include "ton/contract_code.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using nlohmann::json;

constexpr base::Duration kBlockPeriod = std::chrono::milliseconds(25);
constexpr base::Duration kFaucetTimeout = std::chrono::seconds(20);
// A wallet below the first amount is filled up with the second.
constexpr base::Nanoton kPoor{5 * base::kNanotonsPerTon};
constexpr base::Nanoton kGift{20 * base::kNanotonsPerTon};
// Short, since nobody waits for a day on his own machine.
constexpr std::chrono::seconds kProxyDelay{600};
constexpr std::chrono::seconds kClientDelay{300};
constexpr base::Nanoton kMinProxyStake{base::kNanotonsPerTon};
constexpr base::Nanoton kMinClientStake{base::kNanotonsPerTon / 2};

constexpr std::string_view kNoDevnet =
    "./dev setup, which installs it, or --no-chain for a network without settlement";

std::string local_url(std::uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

}  // namespace

Result<DevnetProgram> find_devnet(const std::string& node_given,
                                  const std::string& program_directory) {
  std::error_code ignored;
  for (std::filesystem::path folder = program_directory; folder.has_relative_path();
       folder = folder.parent_path()) {
    const auto script = folder / "devnet/src/main.ts";
    if (!std::filesystem::is_regular_file(script, ignored)) continue;
    if (!std::filesystem::exists(folder / "devnet/node_modules", ignored)) {
      return fault(CommandFault::Failed,
                   "the packages of the local TON chain are not installed in " +
                       (folder / "devnet").string(),
                   std::string(kNoDevnet));
    }
    const auto node =
        node_given.empty() ? folder / ".venv/bin/node" : std::filesystem::path(node_given);
    if (!std::filesystem::exists(node, ignored)) {
      return fault(CommandFault::Failed, "there is no Node.js at " + node.string(),
                   std::string(kNoDevnet));
    }
    return DevnetProgram{.node = node.string(), .script = script.string()};
  }
  return fault(CommandFault::Failed,
               "the local TON chain (devnet/) was not found above " + program_directory,
               std::string(kNoDevnet));
}

std::vector<std::string> devnet_arguments(const DevnetProgram& program, const UpPlan& plan) {
  return {program.node,  program.script,
          "--dir",       plan.path("chain"),
          "--lite-port", std::to_string(plan.chain->lite_port),
          "--http-port", std::to_string(plan.chain->http_port),
          "--json"};
}

registry::RootState up_root_state(const UpPlan& plan, const ton::Address& owner) {
  registry::RootState state;
  state.owner = owner;
  state.version = 1;
  state.last_proxy_seqno = 1;
  state.proxy_hashes = {plan.images.proxy};
  state.worker_hashes = {plan.images.worker};
  state.model_hashes = {crypto::sha256(base::as_bytes(plan.model))};
  state.proxies = {{.seqno = 1,
                    .workers_address = local_address(plan.proxy_workers),
                    .clients_address = local_address(plan.proxy_clients)}};
  ton::ContractParams& params = state.params;
  params.struct_version = kStructVersion;
  params.params_version = 1;
  params.unique_id = 1;
  params.is_test = true;
  params.price_per_token = base::Nanoton(kUpPricePerToken);
  params.worker_fee_per_token = base::Nanoton(kUpWorkerFeePerToken);
  params.multipliers = kUpMultipliers;
  params.proxy_delay_before_close = kProxyDelay;
  params.client_delay_before_close = kClientDelay;
  params.min_proxy_stake = kMinProxyStake;
  params.min_client_stake = kMinClientStake;
  params.proxy_code = ton::contract_code(ton::CocoonContract::Proxy);
  params.worker_code = ton::contract_code(ton::CocoonContract::Worker);
  params.client_code = ton::contract_code(ton::CocoonContract::Client);
  return state;
}

// What goes wrong shows in the outcome.
void UpChain::LastLine::write(base::LogLevel, std::string_view,
                              std::initializer_list<base::LogField>) {}

UpChain::UpChain(io::Runtime& runtime, UpPlan plan, OnReady on_ready)
    : runtime_(runtime),
      plan_(std::move(plan)),
      on_ready_(std::move(on_ready)),
      again_(runtime, [this] { std::exchange(on_again_, nullptr)(); }) {
  ask_devnet();
}

// Whether it is our devnet that answers: it says what stands in the file that it has written.
// Another program may have taken the port since it was picked; then ours ends and says so.
bool UpChain::is_ours(const Reply& reply) const {
  const auto written = io::read_file(plan_.chain->config, registry::kMaxChainConfigBytes);
  return reply.status == 200 && written && base::as_text(*written) == reply.body;
}

void UpChain::ask_devnet() {
  const std::string url = local_url(plan_.chain->http_port) + "/global.config.json";
  request_ = std::make_unique<Fetch>(runtime_, url, kFetchTimeout, [this](Result<Reply> reply) {
    if (reply && is_ours(*reply)) {
      const auto opened = open();
      return opened ? fill_next() : fail(opened.error());
    }
    on_again_ = [this] { ask_devnet(); };
    again_.arm_in(kBlockPeriod);
  });
}

Result<void> UpChain::open() {
  operator_ = TRY(up_wallet(plan_, kUpOperator));
  wanted_ = up_root_state(plan_, operator_->wallet.address());
  root_ = TRY(choose_root());
  const chain::ChainSettings settings{.config = plan_.chain->config,
                                      .root = root_,
                                      .wallet_key_file = operator_->key_file,
                                      .owner = operator_->owner};
  service_ = TRY(chain::ChainService::open(runtime_, log_, settings));
  to_fill_ = {operator_->wallet.address()};
  for (const auto& name : up_participants(plan_)) {
    const UpWallet wallet = TRY(up_wallet(plan_, name));
    to_fill_.push_back(wallet.wallet.address());
  }
  return {};
}

// The root of the last start, else the one that the plan's state makes.
Result<ton::Address> UpChain::choose_root() {
  const std::string path = plan_.path("root.address");
  const auto kept = io::read_file(path, kAddressFileMax);
  if (kept) return ton::parse_address(base::as_text(*kept));
  const auto data = TRY(registry::build_root_data(wanted_));
  const auto init =
      TRY(ton::build_state_init({ton::contract_code(ton::CocoonContract::Root), data}));
  const ton::Address root = ton::contract_address(init);
  TRY(io::write_file(path, base::as_bytes(ton::to_raw_text(root))));
  return root;
}

void UpChain::fill_next() {
  if (to_fill_.empty()) return check_root();
  const ton::Address wallet = to_fill_.back();
  to_fill_.pop_back();
  service_->look(wallet, [this, wallet](Result<ton::ProvenAccount> account) {
    if (!account) return fail(account.error());
    const bool poor = !account->account || account->account->balance.coins < kPoor;
    poor ? fill(wallet) : fill_next();
  });
}

void UpChain::fill(const ton::Address& wallet) {
  const std::string gift =
      json{{"address", ton::to_raw_text(wallet)}, {"amount", std::to_string(kGift.count())}}.dump();
  const std::string url = local_url(plan_.chain->http_port) + "/devnet/faucet";
  request_ = std::make_unique<Fetch>(
      runtime_, url, kFaucetTimeout,
      [this](Result<Reply> reply) {
        if (!reply) return fail(reply.error());
        if (reply->status == 200) return fill_next();
        fail(fault(CommandFault::Failed, "the devnet's faucet gives nothing: " + reply->body));
      },
      gift);
}

void UpChain::check_root() {
  service_->look(root_, [this](Result<ton::ProvenAccount> account) {
    account ? handle_root(*account) : fail(account.error());
  });
}

void UpChain::handle_root(const ton::ProvenAccount& account) {
  const bool stands = account.account && account.account->status == ton::AccountStatus::Active;
  Result<void> going = {};
  if (stands) {
    auto now = registry::parse_root_state(root_, account.account->state.data);
    if (!now) return fail(now.error());
    if (now->version() >= awaited_version_) going = order(*now);
  } else if (!deployed_) {
    going = deploy();
  }
  if (!going) return fail(going.error());
  if (!on_ready_) return;
  // Asked again until what was sent shows.
  on_again_ = [this] { check_root(); };
  again_.arm_in(kBlockPeriod);
}

Result<void> UpChain::deploy() {
  deployed_ = true;
  const auto data = TRY(registry::build_root_data(wanted_));
  const auto code = ton::contract_code(ton::CocoonContract::Root);
  const ton::Address made = ton::contract_address(TRY(ton::build_state_init({code, data})));
  if (made != root_) {
    return fault(CommandFault::Failed,
                 "the chain in " + plan_.path("chain") + " does not have the network's root " +
                     ton::to_friendly_text(root_),
                 "remove root.address there for a new network, or choose another --dir");
  }
  ton::Transfer transfer{.to = root_, .amount = kDeployValue, .body = {}, .state_init = {}};
  transfer.state_init = ton::FullStateInit{};
  transfer.state_init->code = code;
  transfer.state_init->data = data;
  send({transfer});
  return {};
}

// Nothing left to order: ready.
Result<void> UpChain::order(const registry::Snapshot& now) {
  const auto orders = TRY(registry::root_orders(now.root(), wanted_, random_.next_u64() >> 8));
  if (orders.empty()) {
    finish(now);
    return {};
  }
  std::vector<ton::Transfer> transfers;
  for (const auto& order : orders) {
    if (transfers.size() == operator_->wallet.max_transfers()) break;
    transfers.push_back({.to = root_, .amount = kOrderValue, .body = order.body, .state_init = {}});
  }
  awaited_version_ = now.version() + static_cast<std::uint32_t>(transfers.size());
  send(std::move(transfers));
  return {};
}

void UpChain::send(std::vector<ton::Transfer> transfers) {
  service_->send({random_.next_u64() | 1, std::move(transfers)},
                 [this](Result<ton::Transaction> sent) {
                   if (!sent) return fail(sent.error());
                   if (chain::carried_out(*sent)) return;
                   fail(fault(CommandFault::Failed, "the operator's wallet could not send"));
                 });
}

void UpChain::finish(Result<registry::Snapshot> outcome) {
  again_.cancel();
  if (const auto on_ready = std::exchange(on_ready_, nullptr)) on_ready(std::move(outcome));
}

}  // namespace cocoon::app::commands
