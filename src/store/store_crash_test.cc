// A process that writes is killed again and again, at a moment that a seed picks. Each time:
// everything that was acknowledged is there, every batch is whole, and the balances are those that
// the entries say.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>
#include <random>

#include "store/store_fixture.h"

namespace cocoon::store {
namespace {

constexpr std::int64_t kAccounts = 6;
constexpr std::int64_t kMostUnacknowledged = 60;

// Books in which entry n moves an amount that follows from n from one account to another, and
// changes both rows.
class TransferBooks {
 public:
  explicit TransferBooks(const Contents& contents) {
    for (const AccountRecord& account : contents.accounts) balances_[account.id] = account.balance;
    if (!contents.entries.empty()) sequence_ = contents.entries.back().sequence;
  }
  Batch next() {
    Batch batch;
    std::map<std::int64_t, AccountRecord> changed;
    for (std::int64_t count = 1 + sequence_ % 3; count > 0; --count) {
      ++sequence_;
      EntryRecord entry = entry_record(sequence_, 1 + sequence_ % 97);
      entry.account = sequence_ % kAccounts;
      entry.worker = (entry.account + 1 + sequence_ % (kAccounts - 1)) % kAccounts;
      balances_[entry.account] -= entry.amount;
      balances_[entry.worker] += entry.amount;
      for (const std::int64_t id : {entry.account, entry.worker})
        changed[id] = account_record(id, balances_[id], sequence_);
      batch.entries.push_back(entry);
    }
    for (const auto& [id, account] : changed) batch.accounts.push_back(account);
    return batch;
  }
  std::int64_t sequence() const { return sequence_; }

 private:
  std::int64_t sequence_ = 0;
  std::map<std::int64_t, std::int64_t> balances_;
};

// The child: writes for ever, and says through the pipe what was acknowledged.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int pipe_end) {
  StoreOptions options;
  options.longest_pause = std::chrono::microseconds(200);
  auto store = Store::open(file, options);
  if (!store) _exit(2);
  const auto contents = (*store)->load(1);
  if (!contents) _exit(3);
  TransferBooks books(*contents);
  std::mutex mutex;
  std::condition_variable changed;
  std::int64_t acknowledged = books.sequence();
  (*store)->start([&](base::Result<std::int64_t> result) {
    if (!result) _exit(4);
    if (write(pipe_end, &*result, sizeof(*result)) != sizeof(*result)) _exit(5);
    const std::lock_guard lock(mutex);
    acknowledged = *result;
    changed.notify_one();
  });
  for (;;) {
    (*store)->append(books.next());
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return books.sequence() - acknowledged < kMostUnacknowledged; });
  }
}

// Reads up to `count` acknowledgements, or all that are left; answers with the newest, 0 if there
// was none.
std::int64_t read_acknowledgements(int pipe_end, std::uint64_t count) {
  std::int64_t newest = 0;
  std::int64_t sequence = 0;
  while (count-- > 0 && read(pipe_end, &sequence, sizeof(sequence)) == sizeof(sequence))
    newest = sequence;
  return newest;
}

// The newest sequence that a writer acknowledged before it was killed.
std::int64_t run_and_kill(const std::filesystem::path& file, std::uint64_t acknowledgements) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    write_until_killed(file, ends[1]);
  }
  close(ends[1]);
  const std::int64_t before = read_acknowledgements(ends[0], acknowledgements);
  EXPECT_EQ(kill(child, SIGKILL), 0);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
  const std::int64_t after = read_acknowledgements(ends[0], UINT64_MAX);
  close(ends[0]);
  return std::max(before, after);
}

void expect_sound(const Contents& contents) {
  std::map<std::int64_t, std::int64_t> balances;
  std::int64_t expected = 0;
  for (const EntryRecord& entry : contents.entries) {
    ASSERT_EQ(entry.sequence, ++expected);
    balances[entry.account] -= entry.amount;
    balances[entry.worker] += entry.amount;
  }
  std::int64_t sum = 0;
  for (const AccountRecord& account : contents.accounts) {
    EXPECT_EQ(account.balance, balances[account.id]) << "account " << account.id;
    EXPECT_LE(account.sequence, expected);
    sum += account.balance;
  }
  EXPECT_EQ(sum, 0);
}

TEST(StoreCrash, LosesNothingAcknowledged) {
  const char* const text = std::getenv("COCOON_SEED");
  const std::uint64_t seed = text ? std::strtoull(text, nullptr, 10) : std::random_device{}();
  std::mt19937_64 random(seed);
  SCOPED_TRACE("COCOON_SEED=" + std::to_string(seed));
  const TestFolder folder;
  std::int64_t acknowledged = 0;
  for (int kills = 0; kills < 24; ++kills) {
    // Every sixth is killed while it opens or creates the file.
    const std::uint64_t count = kills % 6 == 0 ? 0 : 1 + random() % 30;
    acknowledged = std::max(acknowledged, run_and_kill(folder.file(), count));
    const auto store = Store::open(folder.file(), {});
    ASSERT_TRUE(store.ok()) << store.error().message();
    const auto contents = (*store)->load(INT64_MAX / 2);
    ASSERT_TRUE(contents.ok()) << contents.error().message();
    expect_sound(*contents);
    const auto stored = static_cast<std::int64_t>(contents->entries.size());
    EXPECT_GE(stored, acknowledged) << "after kill " << kills;
  }
  EXPECT_GT(acknowledged, 200);
}

}  // namespace
}  // namespace cocoon::store
