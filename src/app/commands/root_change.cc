// `cocoon root deploy` and `cocoon root set`: what the owner of a private network does.
#include <nlohmann/json.hpp>
#include <thread>

#include "app/chain/chain_service.h"
#include "app/commands/chain_limits.h"
#include "app/commands/fault.h"
#include "app/commands/handlers.h"
#include "app/commands/root_setting.h"
#include "app/commands/root_view.h"
#include "app/commands/table.h"
#include "app/commands/wallet_sending.h"
#include "app/role_main.h"
#include "base/encoding.h"
#include "crypto/random.h"
#include "registry/limits.h"
#include "registry/root_orders.h"
#include "ton/boc.h"
#include "ton/contract_code.h"

namespace cocoon::app::commands {
namespace {

using base::Result;
using nlohmann::json;

constexpr base::Nanoton kDeployKept{100'000'000};  // the contract's reserve for storage
constexpr base::Nanoton kOrderFee{5'500'000};      // the dearest order, at today's gas price

struct Message {
  std::string what;
  ton::Transfer transfer;
  base::Nanoton costs;  // about; the rest comes back
};

struct Plan {
  ton::Address root;
  std::vector<Message> messages;
  // The root's version when all is carried out.
  std::uint32_t version = 0;
};

json plan_json(const Plan& plan) {
  json messages = json::array();
  for (const Message& message : plan.messages) {
    messages.push_back({{"what", message.what},
                        {"to", ton::to_friendly_text(message.transfer.to)},
                        {"attached", message.transfer.amount.count()},
                        {"costs_about", message.costs.count()}});
  }
  return {{"root", ton::to_friendly_text(plan.root)}, {"messages", std::move(messages)}};
}

void show_plan(const Plan& plan, const Terminal& out) {
  Table table({{"MESSAGE"}, {"TO"}, {"ATTACHED", Align::Right}, {"COSTS ABOUT", Align::Right}});
  for (const Message& message : plan.messages) {
    table.add({{message.what},
               {ton::to_friendly_text(message.transfer.to)},
               {base::to_string(message.transfer.amount)},
               {base::to_string(message.costs)}});
  }
  out.write(table.text(out));
}

// Until the root shows what was ordered.
Result<registry::Snapshot> await_version(ChainSession& session, const Plan& plan) {
  const base::Instant end = session.runtime().now().steady + kEffectLimit;
  for (;;) {
    auto root = read_root(session, plan.root);
    if (root && root->version() >= plan.version) return root;
    if (session.runtime().now().steady >= end) break;
    session.run_until(kLookPeriod, [] { return false; });
  }
  return fault(CommandFault::Failed, "the root contract did not do what it was told",
               "cocoon root show: only its owner is obeyed");
}

Result<int> carry_out(const Invocation& invocation, ChainSession& session, Payer payer,
                      const Plan& plan) {
  const bool for_programs = invocation.arguments.printing() == Printing::Json;
  const bool dry = invocation.arguments.has("--dry-run");
  if (dry && for_programs) invocation.out.line(plan_json(plan).dump());
  if (!for_programs) show_plan(plan, invocation.out);
  if (dry) return kExitOk;
  json hashes = json::array();
  const std::size_t at_once = payer.wallet.max_transfers();
  WalletSending sending(session, ton::Sender(payer.wallet, std::move(payer.key)),
                        payer.file + ".sending");
  for (std::size_t first = 0; first < plan.messages.size(); first += at_once) {
    std::vector<ton::Transfer> transfers;
    for (std::size_t i = first; i < std::min(first + at_once, plan.messages.size()); ++i) {
      transfers.push_back(plan.messages[i].transfer);
    }
    const ton::Transaction sent = TRY(sending.send(std::move(transfers), invocation.err));
    if (!chain::carried_out(sent)) {
      return fault(CommandFault::Failed,
                   "the wallet could not send; transaction " + base::to_hex(sent.hash));
    }
    hashes.push_back(base::to_hex(sent.hash));
  }
  const registry::Snapshot root = TRY(await_version(session, plan));
  if (for_programs) {
    json document = plan_json(plan);
    document["transactions"] = std::move(hashes);
    document["version"] = root.version();
    invocation.out.line(document.dump());
  } else {
    invocation.out.line(invocation.out.sign(Sign::Done) + " root " +
                        ton::to_friendly_text(plan.root) + ", version " +
                        std::to_string(root.version()));
  }
  return kExitOk;
}

// A network file as roles without a chain read it; contracts are this program's, the owner is the
// payer unless it says another.
Result<registry::RootState> read_settings(const std::string& path, const ton::Address& payer) {
  const base::Bytes text = TRY(io::read_file(path, registry::kMaxPseudoConfigBytes + 1));
  json document = json::parse(base::as_text(text), nullptr, false);
  if (!document.is_object()) {
    return fault(CommandFault::Usage, path + " is not a JSON object",
                 "prices, images, models, proxies: src/registry/README.md names the members");
  }
  const auto code = [](ton::CocoonContract contract) {
    return base::to_hex(ton::serialize_boc(ton::contract_code(contract)));
  };
  document["proxy_sc_code"] = code(ton::CocoonContract::Proxy);
  document["worker_sc_code"] = code(ton::CocoonContract::Worker);
  document["client_sc_code"] = code(ton::CocoonContract::Client);
  if (!document.contains("root_owner_address")) {
    document["root_owner_address"] = ton::to_friendly_text(payer);
  }
  if (!document.contains("struct_version")) document["struct_version"] = kStructVersion;
  auto snapshot = registry::parse_pseudo_config({}, document.dump());
  if (!snapshot) return fault(CommandFault::Usage, path + ": " + snapshot.error().message());
  registry::RootState state = snapshot->root();
  for (const auto& proxy : state.proxies) {
    state.last_proxy_seqno = std::max(state.last_proxy_seqno, proxy.seqno);
  }
  return state;
}

Result<Plan> deployment(const registry::RootState& state) {
  const auto code = ton::contract_code(ton::CocoonContract::Root);
  const auto data = TRY(registry::build_root_data(state));
  const auto init = TRY(ton::build_state_init({code, data}));
  Plan plan{.root = ton::contract_address(init), .messages = {}, .version = state.version};
  Message message{
      .what = "deploy the root contract", .transfer = {}, .costs = kDeployKept + kOrderFee};
  message.transfer.to = plan.root;
  message.transfer.amount = kDeployValue;
  message.transfer.state_init = ton::FullStateInit{};
  message.transfer.state_init->code = code;
  message.transfer.state_init->data = data;
  plan.messages.push_back(std::move(message));
  return plan;
}

}  // namespace

Result<int> run_root_deploy(const Invocation& invocation) {
  Payer payer = TRY(open_payer(invocation.arguments));
  const auto state = TRY(read_settings(invocation.arguments.operands()[0], payer.wallet.address()));
  const auto session = TRY(ChainSession::open(invocation.arguments));
  TRY(session->synchronise(kSyncLimit));
  const Plan plan = TRY(deployment(state));
  if (read_root(*session, plan.root)) {
    return fault(
        CommandFault::Failed,
        "exactly this root contract stands already, at " + ton::to_friendly_text(plan.root),
        "cocoon root set, which changes it");
  }
  return carry_out(invocation, *session, std::move(payer), plan);
}

Result<int> run_root_set(const Invocation& invocation) {
  const auto& operands = invocation.arguments.operands();
  const ton::Address address = TRY(root_address(invocation.arguments));
  const auto session = TRY(ChainSession::open(invocation.arguments));
  TRY(session->synchronise(kSyncLimit));
  const registry::Snapshot now = TRY(read_root(*session, address));
  registry::RootState wanted = now.root();
  TRY(apply_root_setting(wanted, operands[0], operands[1]));
  crypto::SystemRandom random;
  const auto orders = TRY(registry::root_orders(now.root(), wanted, random.next_u64() >> 8));
  Plan plan{.root = address, .messages = {}, .version = now.version()};
  for (const auto& order : orders) {
    ++plan.version;
    Message message{.what = order.what, .transfer = {}, .costs = kOrderFee};
    message.transfer.to = address;
    message.transfer.amount = kOrderValue;
    message.transfer.body = order.body;
    plan.messages.push_back(std::move(message));
  }
  if (plan.messages.empty()) {
    invocation.err.line("It is so already.");
    return kExitOk;
  }
  Payer payer = TRY(open_payer(invocation.arguments));
  if (payer.wallet.address() != now.owner()) {
    return fault(CommandFault::Refused,
                 "this wallet, " + ton::to_friendly_text(payer.wallet.address()) +
                     ", does not own the root contract",
                 "the wallet " + ton::to_friendly_text(now.owner()));
  }
  return carry_out(invocation, *session, std::move(payer), plan);
}

}  // namespace cocoon::app::commands
