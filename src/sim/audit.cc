#include "sim/audit.h"

#include <algorithm>

#include "sim/network.h"
#include "ton/address.h"

namespace cocoon::sim {
namespace {

using std::chrono_literals::operator""ms;

constexpr std::size_t kMaxViolations = 5;
constexpr base::Duration kTolerance = 10ms;

// What a worker passes on of its engine's report: a token that is not hidden reasoning leaves at
// least a byte in the answer.
base::TokenUsage believable(const EngineRun& run) {
  base::TokenUsage usage = run.usage;
  const std::int64_t most = static_cast<std::int64_t>(run.bytes) + usage.reasoning.count;
  usage.completion.count = std::min(usage.completion.count, most);
  return usage;
}

std::string party(const std::string& name) { return ton::to_raw_text(address_of(name)); }

}  // namespace

Statistics& Statistics::operator+=(const Statistics& other) {
  calls += other.calls;
  answered += other.answered;
  refused += other.refused;
  aborted += other.aborted;
  charges += other.charges;
  faults += other.faults;
  events += other.events;
  return *this;
}

void Audit::report(std::string what) {
  if (violations_.size() < kMaxViolations) violations_.push_back(std::move(what));
}

CallRecord& Audit::begin_call(const std::string& client, const base::Bits256& request_id,
                              base::Duration timeout) {
  ++statistics_.calls;
  const std::uint64_t id = next_call_++;
  CallRecord& call = calls_[id];
  call.id = id;
  call.client = client;
  call.request_id = request_id;
  call.deadline = scheduler_.now().steady + timeout;
  running_calls_.emplace(call.deadline, id);
  by_request_[request_id] = id;
  return call;
}

void Audit::end_call(CallRecord& call, CallRecord::State state) {
  const std::string name = "call " + std::to_string(call.id);
  if (call.state != CallRecord::State::Running) return report(name + " ended twice");
  call.state = state;
  running_calls_.erase({call.deadline, call.id});
  switch (state) {
    case CallRecord::State::Running:
      return report(name + " ended as running");
    case CallRecord::State::Refused:
      ++statistics_.refused;
      if (call.status < 400)
        report(name + " was refused with status " + std::to_string(call.status));
      return;
    case CallRecord::State::Aborted:
      ++statistics_.aborted;
      return;
    case CallRecord::State::Dropped:
      return;
    case CallRecord::State::Answered:
      break;
  }
  ++statistics_.answered;
  if (!charges_.contains(call.id)) report(name + " was answered before its charge was on disk");
  if (call.status == 200 && call.body.find(answer_mark(call.id)) == std::string::npos) {
    report(name + " was answered with something else: " + call.body.substr(0, 200));
  }
  if (call.body.starts_with("data:") && !call.body.ends_with("data: [DONE]\n\n")) {
    report(name + " got a stream that is not whole");
  }
  if (call.status == 200 && call.body.find("\"cost\":") == std::string::npos) {
    report(name + " was not told its cost");
  }
}

void Audit::note_entry(const std::string& proxy, const payment::LedgerEntry& entry) {
  if (entry.kind != payment::EntryKind::Charged) return;
  ++statistics_.charges;
  const auto call = by_request_.find(entry.reference);
  if (call == by_request_.end()) return report(proxy + " charged a request that nobody made");
  const std::string name = proxy + " charged call " + std::to_string(call->second);
  payment::LedgerEntry& charge = charges_[call->second];
  // What cost nothing may have been asked elsewhere when its answer was lost.
  if (charge.tokens.total.count > 0) return report(name + " twice");
  charge = entry;
  const std::string fault = charge_fault(entry, calls_.at(call->second));
  if (!fault.empty()) report(name + " " + fault);
}

// A charge is for an answer that an engine gave, at the price of the worker that gave it.
std::string Audit::charge_fault(const payment::LedgerEntry& entry, const CallRecord& call) const {
  std::string fault = "which no engine answered";
  for (const EngineRun& run : runs_) {
    if (run.call != call.id || run.state == EngineRun::State::Running) continue;
    const payment::Coefficient coefficient{coefficients_.at(run.worker)};
    const std::int64_t billed = entry.tokens.total.count + entry.excess.count;
    if (run.state == EngineRun::State::Finished) {
      const auto price = payment::price_usage(believable(run), coefficient, tariff_);
      if (price && price->total.count == billed) return {};
      fault = "with another bill than its engine's usage";
    } else {
      // Broken off: at most the pieces that were passed on.
      const auto price = payment::price_usage(
          {.prompt = {}, .cached = {}, .completion = {run.pieces}, .reasoning = {}}, coefficient,
          tariff_);
      const auto reported = payment::price_usage(believable(run), coefficient, tariff_);
      if (price && billed <= price->total.count) return {};
      // Broken off between the report of its usage and its end.
      if (reported && reported->total.count == billed) return {};
      fault = "for more than was passed on before it broke off";
    }
  }
  return fault;
}

void Audit::check_ledger(const std::string& proxy, const payment::Ledger& ledger,
                         std::size_t running) {
  base::Nanoton sum;
  for (const auto& account : ledger.accounts()) {
    sum += account.balance;
    if (account.kind == payment::AccountKind::Client && account.available() < base::Nanoton{}) {
      report(proxy + " has overdrawn " + account.party);
    }
    if (account.reserved < base::Nanoton{} ||
        (account.open_requests == 0 && account.reserved != base::Nanoton{})) {
      report(proxy + " holds the wrong amount back from " + account.party);
    }
    if (account.on_disk.tokens > account.metered.tokens)
      report(proxy + " has more on disk than metered");
  }
  if (sum != base::Nanoton{}) report(proxy + "'s books do not add up to zero");
  if (ledger.open_requests() != running)
    report(proxy + " holds reservations for requests that don't run");
}

void Audit::check_spent(const std::string& client, base::Nanoton spent) {
  base::Nanoton durable;
  for (const Disk* disk : disks_) {
    const auto* account = disk->account(payment::AccountKind::Client, party(client));
    if (account) durable += account->metered.amount;
  }
  if (spent > durable) report(client + " was told of charges that are not on disk");
}

void Audit::check_earned(const std::string& worker, const Disk& disk, std::int64_t tokens) {
  const auto* account = disk.account(payment::AccountKind::Worker, party(worker));
  const std::int64_t durable = account ? account->metered.tokens.count : 0;
  if (tokens > durable) report(worker + " was told of earnings that are not on disk");
}

void Audit::check_deadlines() {
  if (running_calls_.empty()) return;
  const auto& [deadline, id] = *running_calls_.begin();
  if (scheduler_.now().steady <= deadline + kTolerance) return;
  report("call " + std::to_string(id) + " has no end although its time is over");
  running_calls_.erase(running_calls_.begin());
}

}  // namespace cocoon::sim
