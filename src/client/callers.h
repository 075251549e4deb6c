// Callers: who may call this gateway, and how much. A caller shows an API key; what its operator
// grants to the key is a budget for all time, and requests and tokens per minute.
//
// A key is known by its SHA-256 only. While a request runs its worst case is held from the budget,
// so that no budget is exceeded however many requests run at once; afterwards the true price is
// booked. Tokens count when they are known, so the tokens' limit stops the next request, not the
// running one. What was spent outlives the key's grant: a key that is granted again goes on where
// it was.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/nanoton.h"
#include "base/time.h"
#include "client/minute_rate.h"
#include "openai/error.h"
#include "openai/headers.h"

namespace cocoon::client {

// SHA-256 of the key's text.
using KeyHash = base::Bits256;

struct KeyGrant {
  KeyHash hash{};
  std::string name;  // for people
  std::optional<base::Nanoton> budget;
  std::optional<std::int64_t> requests_per_minute;  // at least 1
  std::optional<std::int64_t> tokens_per_minute;    // at least 1; adjusted tokens, as billed
};

// What a key has used since it first was granted. Numbers only grow.
struct KeyUse {
  std::int64_t tokens = 0;
  base::Nanoton spent;
};
// One request's part of it, and the sum: to be kept on disk.
struct KeyCharge {
  KeyHash key{};
  base::Bits256 request_id{};
  std::int64_t tokens = 0;
  base::Nanoton amount;
  KeyUse use;
};

// A request that runs for a key.
struct Admission {
  KeyHash key{};
  base::Nanoton held;
};

class Callers {
 public:
  struct Account {
    std::optional<KeyGrant> grant;  // nothing: revoked
    KeyUse use;
    base::Nanoton held;
    std::size_t running = 0;
    std::uint64_t charged = 0;  // requests, since this object was made
    std::optional<MinuteRate> requests;
    std::optional<MinuteRate> tokens;
  };

  // From now on only these keys may call; without a first call everyone may.
  void set_grants(std::vector<KeyGrant> grants);
  // What a key had used before this process started.
  void restore(const KeyHash& key, const KeyUse& use) { accounts_[key].use = use; }
  // Whether what is spent can be kept; while it can't, keys with a budget are refused.
  enum class Disk { Writable, Failing };
  void set_disk(Disk disk) { disk_ = disk; }

  // The key that the headers show ("Authorization: Bearer KEY"); nothing where everyone may call.
  std::variant<std::optional<KeyHash>, openai::ApiError> identify(
      std::span<const openai::Header> headers) const;
  // Takes a request of an identified key in, or says why not. What it may cost at most is held from
  // the key's budget until release().
  std::variant<Admission, openai::ApiError> admit(base::Instant now, const KeyHash& key,
                                                  base::Nanoton worst_case);
  void release(const Admission& admission);
  // Books what a request cost.
  void charge(base::Instant now, const KeyHash& key, const base::Bits256& request_id,
              base::Nanoton amount, std::int64_t tokens);
  std::optional<KeyCharge> poll_charge();

  bool open_to_all() const { return open_; }
  bool has_budget(const KeyHash& key) const { return accounts_.at(key).grant->budget.has_value(); }
  const std::map<KeyHash, Account>& accounts() const { return accounts_; }

 private:
  bool open_ = true;
  Disk disk_ = Disk::Writable;
  std::map<KeyHash, Account> accounts_;
  std::deque<KeyCharge> charges_;
};

// The text behind "Bearer "; nothing if there is none.
std::optional<std::string_view> bearer_key(std::span<const openai::Header> headers);

}  // namespace cocoon::client
