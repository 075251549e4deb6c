// Market: the workers that a proxy knows, and the choice of one for a request.
//
// Choice. Of the workers that serve the model, are enabled, have a free slot and cost no more than
// the ceiling, two are drawn uniformly, and the better one is taken: the less loaded by (running +
// 1) / limit, where a worker that fails looks busier (so failing fast attracts nothing); on a tie
// the one that answers in clearly less time, then the cheaper, then either. Two random choices keep
// the fullest worker within a small constant of the mean without any scan, and equal workers get
// equal shares. A preferred worker is taken instead while it is not clearly the busier one. Workers
// that tell their load are judged by it, too: by what they run for others and
// by what waits inside their engines. A choice is O(log n) with small constants at 100,000 workers.
//
// Refusals are values with a name, not errors: they tell the caller whether waiting, paying more or
// nothing helps.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "market/limits.h"

namespace cocoon::market {

// Given by Market::add(), never used twice.
struct WorkerId {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(WorkerId, WorkerId) = default;
};

enum class Availability { Enabled, Disabled };
// Cancelled: the caller went away; says nothing about the worker.
enum class Outcome { Succeeded, Failed, Cancelled };

struct Offer {
  std::string model;             // base name, without "@commit"
  std::string owner;             // the worker owner's address; kept for the caller, not interpreted
  std::int64_t coefficient = 0;  // price, 1000 = 1.0
  std::int64_t max_active =
      1;  // requests at once that this proxy may give it: ceil(limit / proxies), by the caller
  Availability availability = Availability::Disabled;
  std::int64_t limit = 0;  // requests at once for all proxies; 0: as many as max_active
};

// What a worker says it is doing, for all proxies. Forgotten after kLoadMemory.
struct Load {
  std::int64_t running = 0;
  std::int64_t waiting = 0;  // inside its engine
  friend bool operator==(const Load&, const Load&) = default;
};

// Why an offer is not taken.
enum class OfferFault {
  BadModelName,
  BadOwner,
  BadCoefficient,
  BadLimit,
  TooManyWorkers,
  UnknownWorker
};
std::string_view reason_name(OfferFault fault);

enum class RefusalReason {
  UnknownModel,  // nobody serves it
  NoneEnabled,   // workers serve it, all are switched off
  TooExpensive,  // every enabled worker costs more than the ceiling
  AllBusy,       // affordable workers exist; each is full or was excluded
};
std::string_view reason_name(RefusalReason reason);

struct Refusal {
  RefusalReason reason = RefusalReason::UnknownModel;
  // TooExpensive: the lowest coefficient of an enabled worker. AllBusy: the lowest above the
  // ceiling with a free slot, if there is one. Otherwise nothing.
  std::optional<std::int64_t> lowest_coefficient;
};

struct Query {
  std::string_view model;
  std::int64_t max_coefficient = 0;
  std::span<const WorkerId> excluded =
      {};  // tried already; of more than kMaxExcluded the last ones count
  std::optional<WorkerId> preferred = {};
};
using Choice = std::variant<WorkerId, Refusal>;

struct WorkerView {
  Offer offer;
  std::int64_t running = 0;
  double success = 1.0;                   // smoothed share of requests that succeeded
  std::optional<base::Duration> latency;  // smoothed; nothing while unknown or too old
  std::optional<Load> load;               // its own word; nothing while unknown or too old
};

struct ListedWorker {
  std::int64_t coefficient = 0;
  std::int64_t running = 0;
  std::int64_t max_active = 0;
  friend bool operator==(const ListedWorker&, const ListedWorker&) = default;
};
struct ListedModel {
  std::string name;
  std::vector<ListedWorker> workers;  // enabled ones, cheapest first
  friend bool operator==(const ListedModel&, const ListedModel&) = default;
};

// The part of a worker's model string before '@': what clients ask for.
std::string_view model_base_name(std::string_view model);

class Market {
 public:
  Market();
  ~Market();
  Market(Market&&) noexcept;
  Market& operator=(Market&&) noexcept;

  base::Result<WorkerId> add(Offer offer);
  // Forgets the worker. Requests still running on it are the caller's to end; finished() for them
  // does nothing.
  void remove(WorkerId worker);
  base::Result<void> set_coefficient(WorkerId worker, std::int64_t coefficient);
  // A limit below what runs now stops new requests until enough have finished.
  base::Result<void> set_max_active(WorkerId worker, std::int64_t max_active);
  base::Result<void> set_load(base::Instant now, WorkerId worker, const Load& load);
  base::Result<void> set_availability(WorkerId worker, Availability availability);

  Choice choose(base::Instant now, const Query& query, base::Random& random) const;

  // A request was given to the worker. False, and nothing changes, if the worker is gone or has no
  // free slot.
  [[nodiscard]] bool started(WorkerId worker);
  // That request ended. `duration` is from start to the end of the answer and counts for Succeeded
  // only. The caller keeps requests by id and calls this exactly once for each started(): the
  // market can't tell two requests of one worker apart.
  void finished(base::Instant now, WorkerId worker, Outcome outcome, base::Duration duration);

  std::optional<WorkerView> find(WorkerId worker, base::Instant now) const;
  // Of the enabled workers that serve the model, free or not, the dearest's; nothing if there is
  // none.
  std::optional<std::int64_t> highest_coefficient(std::string_view model) const;
  // Models with at least one enabled worker, by name.
  std::vector<ListedModel> models() const;
  // Their names only, for "did you mean".
  std::vector<std::string> model_names() const;
  std::size_t size() const;

 private:
  class Books;
  std::unique_ptr<Books> books_;
};

}  // namespace cocoon::market
