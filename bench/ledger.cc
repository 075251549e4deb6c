// What keeping the books costs: `bench_ledger [PAIRS] [FOLDER]` reserves and commits so many
// requests in a ledger whose entries a group commit writes to disk, and does the same bookkeeping
// with plain SQLite, a transaction for each. Prints a line of JSON for each and one with the
// ratios.
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "app/books.h"
#include "payment/ledger.h"
#include "store/store.h"

namespace {

using namespace cocoon;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kClients = 1000;
constexpr std::size_t kWorkers = 100;
// Requests in progress at a time: what one turn of a busy proxy handles.
constexpr std::size_t kTurn = 64;
// The core stops here and waits for the disk, as admission does.
constexpr std::uint64_t kMostWaiting = 50'000;
// Plain SQLite is slow enough that a part of the pairs tells as much.
constexpr std::size_t kPlainShare = 50;

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench_ledger: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T expect(base::Result<T> result) {
  if (!result) give_up(result.error().message());
  return *std::move(result);
}

struct Cost {
  std::size_t pairs = 0;
  double wall = 0;       // seconds until all are on disk
  double core = 0;       // processor seconds of the deciding thread
  double processor = 0;  // and of all threads
};

nlohmann::json line(const std::string& what, const Cost& cost) {
  const auto pairs = static_cast<double>(cost.pairs);
  return {{"what", what},
          {"pairs", cost.pairs},
          {"pairs_per_second", pairs / cost.wall},
          {"pairs_per_core_second", pairs / cost.core},
          {"core_us_per_pair", cost.core / pairs * 1e6},
          {"processor_us_per_pair", cost.processor / pairs * 1e6}};
}

base::Bits256 numbered(std::uint64_t number) {
  base::Bits256 bits{};
  for (std::size_t i = 0; i < 8; ++i) bits[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return bits;
}

class Books {
 public:
  explicit Books(const std::filesystem::path& file)
      : ledger_({.hash_seed = 1}), store_(expect(store::Store::open(file, {}))) {
    for (std::size_t i = 0; i < kClients; ++i) {
      clients_.push_back(expect(ledger_.open_account(now(), payment::AccountKind::Client,
                                                     "client " + std::to_string(i))));
      expect(ledger_.credit(now(), clients_.back(), numbered(i), base::Nanoton(1'000'000'000'000)));
    }
    for (std::size_t i = 0; i < kWorkers; ++i) {
      workers_.push_back(expect(ledger_.open_account(now(), payment::AccountKind::Worker,
                                                     "worker " + std::to_string(i))));
    }
    store_->start([this](base::Result<std::int64_t> sequence) {
      durable_ = static_cast<std::uint64_t>(expect(std::move(sequence)));
    });
    hand_over();
    wait_for(ledger_.sequence());
  }

  Cost run(std::size_t pairs) {
    const auto began = Clock::now();
    const double core = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    const double processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (std::size_t done = 0; done < pairs; done += kTurn) turn(done);
    wait_for(ledger_.sequence());
    return {.pairs = (pairs + kTurn - 1) / kTurn * kTurn,
            .wall = std::chrono::duration<double>(Clock::now() - began).count(),
            .core = seconds_of(CLOCK_THREAD_CPUTIME_ID) - core,
            .processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - processor};
  }

 private:
  static base::Now now() {
    return {.steady = base::Instant(
                std::chrono::duration_cast<base::Duration>(Clock::now().time_since_epoch())),
            .wall = base::from_unix_seconds(std::time(nullptr))};
  }

  payment::RequestKey key(std::size_t number) const {
    return {clients_[number % kClients], numbered(number + 1'000'000)};
  }

  void turn(std::size_t first) {
    const base::Now at = now();
    for (std::size_t i = first; i < first + kTurn; ++i) {
      expect(ledger_.reserve(key(i), {4000}, kTariff));
    }
    for (std::size_t i = first; i < first + kTurn; ++i) {
      expect(ledger_.commit(
          at, key(i), workers_[i % kWorkers],
          {.prompt = {100}, .cached = {}, .completion = {300}, .reasoning = {}, .total = {400}}));
    }
    hand_over();
    if (ledger_.sequence() - durable_ > kMostWaiting) wait_for(ledger_.sequence());
  }

  void hand_over() {
    if (auto batch = ledger_.poll_batch()) store_->append(app::to_rows(*batch));
    ledger_.handle_persisted(durable_);
  }

  void wait_for(std::uint64_t sequence) {
    while (durable_ < sequence) std::this_thread::sleep_for(std::chrono::microseconds(100));
    ledger_.handle_persisted(durable_);
  }

  static constexpr payment::Tariff kTariff{.price_per_token = base::Nanoton(20),
                                           .worker_fee_per_token = base::Nanoton(18),
                                           .prompt = {},
                                           .cached = {},
                                           .completion = {},
                                           .reasoning = {}};
  payment::Ledger ledger_;
  std::atomic<std::uint64_t> durable_ = 0;
  std::vector<payment::AccountId> clients_;
  std::vector<payment::AccountId> workers_;
  std::unique_ptr<store::Store> store_;  // last, so that its thread ends first
};

// The same rows and the same promise, written as one would without a ledger of one's own.
class PlainBooks {
 public:
  explicit PlainBooks(const std::filesystem::path& file) {
    if (sqlite3_open(file.c_str(), &connection_) != SQLITE_OK) give_up("cannot open the file");
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);"
        "CREATE TABLE holds (request BLOB PRIMARY KEY, client INTEGER, amount INTEGER);"
        "CREATE TABLE entries (sequence INTEGER PRIMARY KEY, client INTEGER, worker INTEGER,"
        " request BLOB, tokens INTEGER, amount INTEGER, worker_part INTEGER);");
    for (std::size_t i = 0; i < kClients + kWorkers; ++i) {
      run("INSERT INTO accounts VALUES (" + std::to_string(i) + ", 1000000000000)");
    }
    for (const char* text :
         {"BEGIN IMMEDIATE", "INSERT INTO holds VALUES (?1, ?2, 80000)",
          "DELETE FROM holds WHERE request = ?1",
          "UPDATE accounts SET balance = balance - 8000 WHERE id = ?2",
          "UPDATE accounts SET balance = balance + 7200 WHERE id = ?3",
          "INSERT INTO entries (client, worker, request, tokens, amount, worker_part) "
          "VALUES (?2, ?3, ?1, 400, 8000, 7200)",
          "COMMIT"}) {
      sqlite3_stmt* statement = nullptr;
      if (sqlite3_prepare_v2(connection_, text, -1, &statement, nullptr) != SQLITE_OK) {
        give_up(sqlite3_errmsg(connection_));
      }
      statements_.push_back(statement);
    }
  }
  ~PlainBooks() {
    for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
    sqlite3_close(connection_);
  }
  PlainBooks(const PlainBooks&) = delete;
  PlainBooks& operator=(const PlainBooks&) = delete;

  Cost run(std::size_t pairs) {
    const auto began = Clock::now();
    const double processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (std::size_t i = 0; i < pairs; ++i) pair(i);
    const double spent = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - processor;
    return {.pairs = pairs,
            .wall = std::chrono::duration<double>(Clock::now() - began).count(),
            .core = spent,
            .processor = spent};
  }

 private:
  void run(const std::string& sql) {
    if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
      give_up(sqlite3_errmsg(connection_));
    }
  }
  void pair(std::size_t number) {
    const base::Bits256 request = numbered(number);
    for (sqlite3_stmt* statement : statements_) {
      if (const int most = sqlite3_bind_parameter_count(statement); most > 0) {
        sqlite3_bind_blob(statement, 1, request.data(), 32, SQLITE_STATIC);
        if (most > 1)
          sqlite3_bind_int64(statement, 2, static_cast<sqlite3_int64>(number % kClients));
        if (most > 2) {
          sqlite3_bind_int64(statement, 3,
                             static_cast<sqlite3_int64>(kClients + number % kWorkers));
        }
      }
      if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(connection_));
      sqlite3_reset(statement);
    }
  }
  sqlite3* connection_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
};

}  // namespace

int main(int count, char** arguments) {
  const std::size_t pairs = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 500'000;
  if (pairs == 0) give_up("the number of pairs must be positive");
  const std::filesystem::path parent = count > 2 ? arguments[2] : ".";
  const auto folder = parent / ("bench-ledger-" + std::to_string(std::time(nullptr)));
  std::filesystem::create_directory(folder);
  const Cost ours = Books(folder / "ledger.db").run(pairs);
  const Cost plain = PlainBooks(folder / "plain.db").run(std::max(pairs / kPlainShare, kTurn));
  std::filesystem::remove_all(folder);
  const nlohmann::json mine = line("ledger with group commit", ours);
  const nlohmann::json theirs = line("plain SQLite, a transaction for each pair", plain);
  const auto ratio = [&](const char* figure) {
    return mine.at(figure).get<double>() / theirs.at(figure).get<double>();
  };
  std::printf("%s\n%s\n%s\n", mine.dump().c_str(), theirs.dump().c_str(),
              nlohmann::json{{"what", "ledger divided by plain SQLite"},
                             {"pairs_per_second", ratio("pairs_per_second")},
                             {"processor_us_per_pair", ratio("processor_us_per_pair")}}
                  .dump()
                  .c_str());
  return 0;
}
