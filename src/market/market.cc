// The books of the market: workers by slot, and for each model two price indexes, of those with a
// free slot and of those that are full.
#include "market/market.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "market/price_index.h"
#include "market/record.h"

namespace cocoon::market {
namespace {

using base::Error;
using base::Result;

struct IdHash {
  std::size_t operator()(WorkerId id) const { return std::hash<std::uint64_t>()(id.value); }
};

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const {
    return std::hash<std::string_view>()(name);
  }
};

// How a worker looks to the choice; smaller is better in each.
struct Score {
  double load = 0;
  std::optional<double> wait_us;  // latency times the requests that share it; nothing while unknown
  std::int64_t coefficient = 0;
};

enum class Better { First, Second, Neither };

Better compare(const Score& first, const Score& second) {
  if (first.load * kLoadTie < second.load) return Better::First;
  if (second.load * kLoadTie < first.load) return Better::Second;
  // Times within a factor of two are noise: whoever was slightly slower would never be asked again.
  if (first.wait_us && second.wait_us) {
    if (*first.wait_us * 2 < *second.wait_us) return Better::First;
    if (*second.wait_us * 2 < *first.wait_us) return Better::Second;
  }
  if (first.coefficient != second.coefficient) {
    return first.coefficient < second.coefficient ? Better::First : Better::Second;
  }
  return Better::Neither;
}

Result<void> check_coefficient(std::int64_t coefficient) {
  if (coefficient < 0 || coefficient > kMaxCoefficient) {
    return Error(OfferFault::BadCoefficient, "a coefficient must be in 0 to 999999999");
  }
  return {};
}

Result<void> check_limit(std::int64_t max_active) {
  if (max_active < 1 || max_active > kMaxActiveLimit) {
    return Error(OfferFault::BadLimit, "a worker's limit must be in 1 to 1000000 requests");
  }
  return {};
}

Result<void> check_offer(const Offer& offer) {
  if (offer.model.empty() || offer.model.size() > kMaxModelNameBytes) {
    return Error(OfferFault::BadModelName, "a model's name must have 1 to 256 bytes");
  }
  if (offer.owner.size() > kMaxOwnerBytes)
    return Error(OfferFault::BadOwner, "an owner's address is too long");
  TRY(check_coefficient(offer.coefficient));
  return check_limit(offer.max_active);
}

}  // namespace

class Market::Books {
 public:
  Result<WorkerId> add(Offer offer);
  void remove(WorkerId id);
  Result<void> set_load(base::Instant now, WorkerId id, const Load& load);
  template <class Change>
  Result<void> change(WorkerId id, Change apply);
  Choice choose(base::Instant now, const Query& query, base::Random& random) const;
  bool started(WorkerId id);
  void finished(base::Instant now, WorkerId id, Outcome outcome, base::Duration duration);
  std::optional<WorkerView> find(WorkerId id, base::Instant now) const;
  std::optional<std::int64_t> highest_coefficient(std::string_view model) const;
  std::vector<ListedModel> models() const;
  std::vector<std::string> model_names() const;
  std::size_t size() const { return slot_of_.size(); }

 private:
  struct Model {
    PriceIndex free;  // enabled, with room for another request
    PriceIndex full;  // enabled, without
    std::size_t workers = 0;
  };
  using Models = std::unordered_map<std::string, Model, NameHash, std::equal_to<>>;
  struct Worker {
    WorkerId id;
    Offer offer;
    std::int64_t running = 0;
    Record record;
    std::optional<Load> load;
    base::Instant load_at{};
    std::int64_t running_then = 0;  // of ours, when it told its load
  };
  using Slot = std::uint32_t;

  PriceIndex* index_of(const Worker& worker);
  void enlist(Slot slot);
  void delist(Slot slot);
  Score score(Slot slot, base::Instant now) const;
  bool prefers(const Query& query, std::span<const WorkerId> excluded, const Score& best,
               base::Instant now) const;
  static std::optional<Load> fresh_load(const Worker& worker, base::Instant now);
  Refusal refuse(const Model& model, std::size_t affordable_free,
                 std::size_t affordable_full) const;
  std::optional<Slot> draw(const PriceIndex& index, std::size_t affordable,
                           std::span<const WorkerId> excluded, std::optional<Slot> but,
                           base::Random& random) const;
  std::vector<ListedWorker> list(const Model& model) const;

  // Slots are reused; a free one has an id of 0.
  std::vector<Worker> workers_;
  std::vector<Slot> free_slots_;
  std::unordered_map<WorkerId, Slot, IdHash> slot_of_;
  Models models_;
  std::uint64_t last_id_ = 0;
};

Result<WorkerId> Market::Books::add(Offer offer) {
  TRY(check_offer(offer));
  if (slot_of_.size() >= kMaxWorkers)
    return Error(OfferFault::TooManyWorkers, "this market takes no more workers");
  Slot slot = static_cast<Slot>(workers_.size());
  if (free_slots_.empty()) {
    workers_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  const WorkerId id{++last_id_};
  ++models_[offer.model].workers;
  workers_[slot] = {.id = id, .offer = std::move(offer), .record = {}, .load = {}};
  slot_of_.emplace(id, slot);
  enlist(slot);
  return id;
}

void Market::Books::remove(WorkerId id) {
  const auto found = slot_of_.find(id);
  if (found == slot_of_.end()) return;
  const Slot slot = found->second;
  delist(slot);
  const auto model = models_.find(workers_[slot].offer.model);
  if (--model->second.workers == 0) models_.erase(model);
  workers_[slot] = {};
  free_slots_.push_back(slot);
  slot_of_.erase(found);
}

Result<void> Market::Books::set_load(base::Instant now, WorkerId id, const Load& load) {
  const auto found = slot_of_.find(id);
  if (found == slot_of_.end())
    return Error(OfferFault::UnknownWorker, "this worker is not in the market");
  Worker& worker = workers_[found->second];
  worker.load = load;
  worker.load_at = now;
  worker.running_then = worker.running;
  return {};
}

std::optional<Load> Market::Books::fresh_load(const Worker& worker, base::Instant now) {
  return now - worker.load_at <= kLoadMemory ? worker.load : std::nullopt;
}

// Takes the worker off its shelf, changes it, and puts it where it belongs now.
template <class Change>
Result<void> Market::Books::change(WorkerId id, Change apply) {
  const auto found = slot_of_.find(id);
  if (found == slot_of_.end())
    return Error(OfferFault::UnknownWorker, "this worker is not in the market");
  delist(found->second);
  apply(workers_[found->second].offer);
  enlist(found->second);
  return {};
}

PriceIndex* Market::Books::index_of(const Worker& worker) {
  if (worker.offer.availability == Availability::Disabled) return nullptr;
  Model& model = models_.find(worker.offer.model)->second;
  return worker.running < worker.offer.max_active ? &model.free : &model.full;
}

void Market::Books::enlist(Slot slot) {
  const Worker& worker = workers_[slot];
  PriceIndex* index = index_of(worker);
  if (index) index->add({static_cast<std::uint32_t>(worker.offer.coefficient), slot});
}

void Market::Books::delist(Slot slot) {
  const Worker& worker = workers_[slot];
  PriceIndex* index = index_of(worker);
  if (index) index->remove({static_cast<std::uint32_t>(worker.offer.coefficient), slot});
}

Choice Market::Books::choose(base::Instant now, const Query& query, base::Random& random) const {
  const auto found = models_.find(query.model);
  if (found == models_.end()) return Refusal{RefusalReason::UnknownModel, std::nullopt};
  const Model& model = found->second;
  if (model.free.size() + model.full.size() == 0)
    return Refusal{RefusalReason::NoneEnabled, std::nullopt};
  const auto count_affordable = [&](const PriceIndex& index) {
    if (query.max_coefficient < 0) return std::size_t{0};
    return index.count_up_to(
        static_cast<std::uint32_t>(std::min(query.max_coefficient, kMaxCoefficient)));
  };
  const std::size_t affordable = count_affordable(model.free);
  const auto excluded = query.excluded.last(std::min(query.excluded.size(), kMaxExcluded));
  const auto first = draw(model.free, affordable, excluded, std::nullopt, random);
  if (!first) return refuse(model, affordable, count_affordable(model.full));
  const auto second = draw(model.free, affordable, excluded, first, random);
  Slot best = *first;
  if (second && compare(score(*first, now), score(*second, now)) == Better::Second) best = *second;
  if (query.preferred && prefers(query, excluded, score(best, now), now)) return *query.preferred;
  return workers_[best].id;
}

// Whether the preferred worker can be chosen, and is not clearly busier than the best of the draw.
bool Market::Books::prefers(const Query& query, std::span<const WorkerId> excluded,
                            const Score& best, base::Instant now) const {
  const auto found = slot_of_.find(*query.preferred);
  if (found == slot_of_.end()) return false;
  const Worker& worker = workers_[found->second];
  const bool fits = worker.offer.model == query.model &&
                    worker.offer.availability == Availability::Enabled &&
                    worker.offer.coefficient <= query.max_coefficient &&
                    worker.running < worker.offer.max_active &&
                    std::find(excluded.begin(), excluded.end(), worker.id) == excluded.end();
  const double most = std::max(kPreferredLoad, best.load * kPreferredTimes);
  return fits && score(found->second, now).load <= most;
}

// Any of the first `affordable` entries but those ruled out. Starts at a random place and steps
// over at most as many entries as are ruled out.
std::optional<Market::Books::Slot> Market::Books::draw(const PriceIndex& index,
                                                       std::size_t affordable,
                                                       std::span<const WorkerId> excluded,
                                                       std::optional<Slot> but,
                                                       base::Random& random) const {
  if (affordable == 0) return std::nullopt;
  const std::size_t start = random.below(affordable);
  const std::size_t tries = std::min(affordable, excluded.size() + 2);
  for (std::size_t i = 0; i < tries; ++i) {
    const Slot slot = index.at((start + i) % affordable).slot;
    if (slot == but) continue;
    if (std::find(excluded.begin(), excluded.end(), workers_[slot].id) != excluded.end()) continue;
    return slot;
  }
  return std::nullopt;
}

Score Market::Books::score(Slot slot, base::Instant now) const {
  const Worker& worker = workers_[slot];
  const double own = static_cast<double>(worker.running + 1);
  double share = own;
  double load = own / static_cast<double>(worker.offer.max_active);
  if (const auto told = fresh_load(worker, now)) {
    // Ours among those that it told of are counted by what runs now.
    const std::int64_t others = std::max<std::int64_t>(0, told->running - worker.running_then);
    share += static_cast<double>(others + told->waiting);
    const std::int64_t limit = std::max(worker.offer.limit, worker.offer.max_active);
    load = std::max(load, share / static_cast<double>(limit));
  }
  Score score;
  score.load = load / std::max(worker.record.success(now), kLeastSuccess);
  if (const auto latency = worker.record.latency(now)) {
    score.wait_us = static_cast<double>(latency->count()) * share;
  }
  score.coefficient = worker.offer.coefficient;
  return score;
}

Refusal Market::Books::refuse(const Model& model, std::size_t affordable_free,
                              std::size_t affordable_full) const {
  if (affordable_free + affordable_full == 0) {
    std::uint32_t lowest = UINT32_MAX;
    if (model.free.size() > 0) lowest = model.free.at(0).coefficient;
    if (model.full.size() > 0) lowest = std::min(lowest, model.full.at(0).coefficient);
    return {RefusalReason::TooExpensive, lowest};
  }
  Refusal refusal{RefusalReason::AllBusy, std::nullopt};
  if (affordable_free < model.free.size())
    refusal.lowest_coefficient = model.free.at(affordable_free).coefficient;
  return refusal;
}

bool Market::Books::started(WorkerId id) {
  const auto found = slot_of_.find(id);
  if (found == slot_of_.end()) return false;
  const Slot slot = found->second;
  Worker& worker = workers_[slot];
  if (worker.offer.availability == Availability::Disabled ||
      worker.running >= worker.offer.max_active)
    return false;
  const bool fills_up = worker.running + 1 == worker.offer.max_active;
  if (fills_up) delist(slot);
  ++worker.running;
  if (fills_up) enlist(slot);
  return true;
}

void Market::Books::finished(base::Instant now, WorkerId id, Outcome outcome,
                             base::Duration duration) {
  const auto found = slot_of_.find(id);
  if (found == slot_of_.end()) return;
  const Slot slot = found->second;
  Worker& worker = workers_[slot];
  SUSPECT(worker.running > 0);
  if (worker.running == 0) return;
  const bool frees_up = worker.running == worker.offer.max_active;
  if (frees_up) delist(slot);
  --worker.running;
  if (frees_up) enlist(slot);
  switch (outcome) {
    case Outcome::Succeeded:
      worker.record.note_success(now, duration);
      return;
    case Outcome::Failed:
      worker.record.note_failure(now);
      return;
    case Outcome::Cancelled:
      return;
  }
}

std::optional<WorkerView> Market::Books::find(WorkerId id, base::Instant now) const {
  const auto found = slot_of_.find(id);
  if (found == slot_of_.end()) return std::nullopt;
  const Worker& worker = workers_[found->second];
  return WorkerView{worker.offer, worker.running, worker.record.success(now),
                    worker.record.latency(now), fresh_load(worker, now)};
}

std::optional<std::int64_t> Market::Books::highest_coefficient(std::string_view name) const {
  const auto found = models_.find(name);
  if (found == models_.end()) return std::nullopt;
  std::optional<std::int64_t> highest;
  for (const PriceIndex* index : {&found->second.free, &found->second.full}) {
    if (index->size() == 0) continue;
    const std::int64_t last = index->at(index->size() - 1).coefficient;
    highest = std::max(highest.value_or(last), last);
  }
  return highest;
}

std::vector<ListedWorker> Market::Books::list(const Model& model) const {
  std::vector<PriceIndex::Entry> entries = model.free.entries();
  const auto full = model.full.entries();
  entries.insert(entries.end(), full.begin(), full.end());
  std::sort(entries.begin(), entries.end());
  std::vector<ListedWorker> listed;
  listed.reserve(entries.size());
  for (const PriceIndex::Entry& entry : entries) {
    const Worker& worker = workers_[entry.slot];
    listed.push_back({worker.offer.coefficient, worker.running, worker.offer.max_active});
  }
  return listed;
}

std::vector<ListedModel> Market::Books::models() const {
  std::vector<ListedModel> listed;
  for (const auto& [name, model] : models_) {
    if (model.free.size() + model.full.size() > 0) listed.push_back({name, list(model)});
  }
  std::sort(listed.begin(), listed.end(),
            [](const ListedModel& a, const ListedModel& b) { return a.name < b.name; });
  return listed;
}

std::vector<std::string> Market::Books::model_names() const {
  std::vector<std::string> names;
  for (const auto& [name, model] : models_) {
    if (model.free.size() + model.full.size() > 0) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string_view reason_name(OfferFault fault) {
  switch (fault) {
    case OfferFault::BadModelName:
      return "bad_model_name";
    case OfferFault::BadOwner:
      return "bad_owner";
    case OfferFault::BadCoefficient:
      return "bad_coefficient";
    case OfferFault::BadLimit:
      return "bad_limit";
    case OfferFault::TooManyWorkers:
      return "too_many_workers";
    case OfferFault::UnknownWorker:
      return "unknown_worker";
  }
  return "unknown";
}

std::string_view reason_name(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::UnknownModel:
      return "unknown_model";
    case RefusalReason::NoneEnabled:
      return "none_enabled";
    case RefusalReason::TooExpensive:
      return "too_expensive";
    case RefusalReason::AllBusy:
      return "all_busy";
  }
  return "unknown";
}

std::string_view model_base_name(std::string_view model) {
  return model.substr(0, model.find('@'));
}

Market::Market() : books_(std::make_unique<Books>()) {}
Market::~Market() = default;
Market::Market(Market&&) noexcept = default;
Market& Market::operator=(Market&&) noexcept = default;

Result<WorkerId> Market::add(Offer offer) { return books_->add(std::move(offer)); }
void Market::remove(WorkerId worker) { books_->remove(worker); }

Result<void> Market::set_coefficient(WorkerId worker, std::int64_t coefficient) {
  TRY(check_coefficient(coefficient));
  return books_->change(worker, [coefficient](Offer& offer) { offer.coefficient = coefficient; });
}

Result<void> Market::set_max_active(WorkerId worker, std::int64_t max_active) {
  TRY(check_limit(max_active));
  return books_->change(worker, [max_active](Offer& offer) { offer.max_active = max_active; });
}

Result<void> Market::set_load(base::Instant now, WorkerId worker, const Load& load) {
  return books_->set_load(now, worker, load);
}

Result<void> Market::set_availability(WorkerId worker, Availability availability) {
  return books_->change(worker,
                        [availability](Offer& offer) { offer.availability = availability; });
}

Choice Market::choose(base::Instant now, const Query& query, base::Random& random) const {
  return books_->choose(now, query, random);
}

bool Market::started(WorkerId worker) { return books_->started(worker); }
void Market::finished(base::Instant now, WorkerId worker, Outcome outcome,
                      base::Duration duration) {
  books_->finished(now, worker, outcome, duration);
}

std::optional<WorkerView> Market::find(WorkerId worker, base::Instant now) const {
  return books_->find(worker, now);
}
std::optional<std::int64_t> Market::highest_coefficient(std::string_view model) const {
  return books_->highest_coefficient(model);
}
std::vector<ListedModel> Market::models() const { return books_->models(); }
std::vector<std::string> Market::model_names() const { return books_->model_names(); }
std::size_t Market::size() const { return books_->size(); }

}  // namespace cocoon::market
