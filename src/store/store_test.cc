// The store with a living process: reading back, refusing, standing still and going on.
#include "store/store.h"

#include <gtest/gtest.h>

#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>

#include "store/store_fixture.h"

namespace cocoon::store {
namespace {

// Another program's connection to the same file.
class Outsider {
 public:
  explicit Outsider(const std::filesystem::path& file) {
    EXPECT_EQ(sqlite3_open(file.c_str(), &connection_), SQLITE_OK);
  }
  Outsider(const Outsider&) = delete;
  Outsider& operator=(const Outsider&) = delete;
  ~Outsider() { sqlite3_close(connection_); }
  void run(const std::string& sql) {
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK)
        << sql << ": " << (message ? message : "");
    sqlite3_free(message);
  }
  std::string ask(const std::string& sql) {
    std::string out;
    const auto collect = [](void* to, int count, char** texts, char**) {
      for (int i = 0; i < count; ++i)
        static_cast<std::string*>(to)->append(texts[i] ? texts[i] : "NULL").append("|");
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(connection_, sql.c_str(), collect, &out, nullptr), SQLITE_OK) << sql;
    return out;
  }

 private:
  sqlite3* connection_ = nullptr;
};

Batch batch_of(std::int64_t sequence) {
  return {
      {entry_record(sequence, 100)},
      {account_record(0, -100 * sequence, sequence), account_record(2, 100 * sequence, sequence)}};
}

std::unique_ptr<Store> opened(const std::filesystem::path& file, const StoreOptions& options = {}) {
  auto store = Store::open(file, options);
  EXPECT_TRUE(store.ok()) << store.error().message();
  return store ? std::move(*store) : nullptr;
}

std::string refusal(const std::filesystem::path& file) {
  const auto store = Store::open(file, {});
  return store ? "opened" : std::string(store.error().reason());
}

TEST(Store, ReadsBackWhatItWasGiven) {
  const TestFolder folder;
  Batch first = batch_of(1);
  first.entries[0].keep = Keep::Permanent;
  {
    const auto store = opened(folder.file());
    EXPECT_TRUE(store->load(10)->accounts.empty());
    store->start([](const auto&) {});
    store->append(first);
    store->append(batch_of(2));
  }
  const auto contents = opened(folder.file())->load(10);
  ASSERT_TRUE(contents.ok());
  EXPECT_EQ(contents->accounts, batch_of(2).accounts);
  ASSERT_EQ(contents->entries.size(), 2U);
  EXPECT_EQ(contents->entries[0], first.entries[0]);
  EXPECT_EQ(contents->entries[1], batch_of(2).entries[0]);
}

TEST(Store, IsReadableByItsOwnerOnly) {
  const TestFolder folder;
  std::ofstream(folder.file()).flush();
  ASSERT_EQ(chmod(folder.file().c_str(), 0644), 0);
  const auto store = opened(folder.file());
  for (const auto& file : std::filesystem::directory_iterator(folder.path()))
    EXPECT_EQ(file.status().permissions(), std::filesystem::perms(0600)) << file.path();
}

TEST(Store, IsReadableWithSqliteWhileItIsOpen) {
  const TestFolder folder;
  const auto store = opened(folder.file());
  Acknowledgements acknowledged;
  store->start(acknowledged.callback());
  store->append({{entry_record(1, 1'500'000'000)}, {account_record(2, 1'500'000'000, 1)}});
  acknowledged.wait_for_sequence(1);
  Outsider person(folder.file());
  EXPECT_EQ(person.ask("SELECT party, balance_ton, unsettled_ton FROM balances"),
            "party 2|1.500000000|-0.000000002|");
  EXPECT_EQ(person.ask("SELECT at_utc, kind, party, tokens, amount_ton FROM statement"),
            "2023-11-14 22:13:20.000|charged|party 2|10|1.500000000|");
}

TEST(Store, LoadsPermanentAndTheNewestOthers) {
  const TestFolder folder;
  {
    const auto store = opened(folder.file());
    store->start([](const auto&) {});
    for (std::int64_t i = 1; i <= 20; ++i) {
      Batch batch = batch_of(i);
      batch.entries[0].keep = i % 8 == 0 ? Keep::Permanent : Keep::Recent;
      store->append(std::move(batch));
    }
  }
  const auto contents = opened(folder.file())->load(3);
  ASSERT_TRUE(contents.ok());
  std::vector<std::int64_t> sequences;
  for (const EntryRecord& entry : contents->entries) sequences.push_back(entry.sequence);
  EXPECT_EQ(sequences, (std::vector<std::int64_t>{8, 16, 18, 19, 20}));
}

TEST(Store, AcknowledgesInOrderAndSharesCommits) {
  const TestFolder folder;
  const auto store = opened(folder.file());
  Acknowledgements acknowledged;
  store->start(acknowledged.callback());
  for (std::int64_t i = 1; i <= 2000; ++i) store->append(batch_of(i));
  acknowledged.wait_for_sequence(2000);
  const auto sequences = acknowledged.sequences();
  EXPECT_TRUE(std::is_sorted(sequences.begin(), sequences.end()));
  EXPECT_LT(sequences.size(), 1000U);
  EXPECT_TRUE(acknowledged.reasons().empty());
}

TEST(Store, DropsOldRowsLittleByLittle) {
  const TestFolder folder;
  StoreOptions options;
  options.recent_entries = 100;
  {
    const auto store = opened(folder.file(), options);
    store->start([](const auto&) {});
    for (std::int64_t i = 1; i <= 1000; ++i) {
      Batch batch = batch_of(i);
      batch.entries[0].keep = i == 5 ? Keep::Permanent : Keep::Recent;
      store->append(std::move(batch));
    }
  }
  // The place where dropping goes on is found again after a restart.
  const auto store = opened(folder.file(), options);
  EXPECT_EQ(store->load(1000)->entries.size(), 101U);
  Acknowledgements acknowledged;
  store->start(acknowledged.callback());
  store->append(batch_of(1001));
  acknowledged.wait_for_sequence(1001);
  Outsider person(folder.file());
  EXPECT_EQ(person.ask("SELECT count(*), min(sequence) FROM entries WHERE permanent = 0"),
            "100|902|");
}

TEST(Store, DropsRowsThatAreTooOldButNeverTheNewest) {
  const TestFolder folder;
  StoreOptions options;
  options.recent_age = std::chrono::hours(1);
  {
    const auto store = opened(folder.file(), options);
    store->start([](const auto&) {});
    store->append(batch_of(1));
    Batch batch = batch_of(2);
    batch.entries[0].at_us += 3'600'000'100;
    store->append(std::move(batch));
  }
  EXPECT_EQ(opened(folder.file(), options)->load(10)->entries.size(), 1U);
}

TEST(Store, RefusesAFileInUse) {
  const TestFolder folder;
  const auto store = opened(folder.file());
  EXPECT_EQ(refusal(folder.file()), "in_use");
}

TEST(Store, RefusesWhatItCannotOpen) {
  const TestFolder folder;
  EXPECT_EQ(refusal(folder.path() / "missing" / "ledger.db"), "cannot_open");
  std::filesystem::create_directory(folder.file());
  EXPECT_EQ(refusal(folder.file()), "cannot_open");
}

TEST(Store, RefusesAnotherProgramsDatabase) {
  const TestFolder folder;
  Outsider(folder.file()).run("CREATE TABLE theirs (x)");
  EXPECT_EQ(refusal(folder.file()), "foreign_database");
}

TEST(Store, TheNewestMemoryIsWrittenWithItsBatch) {
  const TestFolder folder;
  const auto batch_with = [](std::int64_t sequence, base::Bytes memory) {
    Batch batch = batch_of(sequence);
    batch.memory = std::move(memory);
    return batch;
  };
  {
    const auto store = opened(folder.file());
    EXPECT_TRUE(store->load(10)->memory.empty());
    store->start([](const auto&) {});
    store->append(batch_with(1, {1}));
    store->append(batch_with(2, {2, 0, 2}));
    store->append(batch_of(3));
  }
  EXPECT_EQ(opened(folder.file())->load(10)->memory, (base::Bytes{2, 0, 2}));
  {
    const auto store = opened(folder.file());
    store->start([](const auto&) {});
    store->append(batch_with(4, {}));
  }
  EXPECT_TRUE(opened(folder.file())->load(10)->memory.empty());
}

TEST(Store, AFileOfTheFirstVersionIsTakenOver) {
  const TestFolder folder;
  {
    const auto store = opened(folder.file());
    store->start([](const auto&) {});
    store->append(batch_of(1));
  }
  Outsider(folder.file()).run("DROP TABLE memory; PRAGMA user_version = 1");
  const auto contents = opened(folder.file())->load(10);
  ASSERT_TRUE(contents.ok()) << contents.error().message();
  EXPECT_EQ(contents->accounts, batch_of(1).accounts);
  EXPECT_TRUE(contents->memory.empty());
}

TEST(Store, RefusesANewerVersion) {
  const TestFolder folder;
  opened(folder.file());
  Outsider(folder.file()).run("PRAGMA user_version = 3");
  EXPECT_EQ(refusal(folder.file()), "newer_version");
}

TEST(Store, RefusesDamageAndSaysHowToRestore) {
  const TestFolder folder;
  {
    const auto store = opened(folder.file());
    store->start([](const auto&) {});
    for (std::int64_t i = 1; i <= 500; ++i) store->append(batch_of(i));
  }
  const auto size = std::filesystem::file_size(folder.file());
  ASSERT_GT(size, 10U * 4096);
  {
    std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
    file << std::string(4096, '\x5a');
  }
  const auto store = Store::open(folder.file(), {});
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().reason(), "damaged");
  EXPECT_NE(store.error().message().find("backup"), std::string::npos);
}

TEST(Store, RefusesWhatIsNoDatabase) {
  const TestFolder folder;
  std::ofstream(folder.file()) << std::string(5000, 'x');
  EXPECT_EQ(refusal(folder.file()), "damaged");
}

TEST(Store, WaitsForAFullDiskAndGoesOn) {
  const TestFolder folder;
  StoreOptions options;
  options.max_pages = 20;
  options.retry_interval = std::chrono::milliseconds(1);
  const auto store = opened(folder.file(), options);
  Acknowledgements acknowledged;
  store->start(acknowledged.callback());
  std::int64_t sequence = 0;
  while (acknowledged.reasons().empty() && sequence < 10'000) {
    store->append(batch_of(++sequence));
    acknowledged.wait_for_answer(sequence);
  }
  EXPECT_EQ(acknowledged.reasons(), std::vector<std::string>{"disk_full"});
  EXPECT_EQ(acknowledged.sequences().back(), sequence - 1);
  store->append(batch_of(sequence + 1));
  Outsider person(folder.file());
  person.run("DELETE FROM entries");
  acknowledged.wait_for_sequence(sequence + 1);
  EXPECT_EQ(person.ask("SELECT count(*) FROM entries"), "2|");
  EXPECT_EQ(acknowledged.reasons().size(), 1U);
}

TEST(Store, WaitsForALockedFileAndGoesOn) {
  const TestFolder folder;
  StoreOptions options;
  options.busy_timeout = std::chrono::milliseconds(1);
  options.retry_interval = std::chrono::milliseconds(1);
  const auto store = opened(folder.file(), options);
  Acknowledgements acknowledged;
  Outsider person(folder.file());
  person.run("BEGIN IMMEDIATE");
  store->start(acknowledged.callback());
  store->append(batch_of(1));
  acknowledged.wait_for_reason();
  store->append(batch_of(2));
  EXPECT_TRUE(acknowledged.sequences().empty());
  person.run("ROLLBACK");
  acknowledged.wait_for_sequence(2);
  EXPECT_EQ(acknowledged.reasons(), std::vector<std::string>{"busy"});
  EXPECT_EQ(person.ask("SELECT count(*) FROM entries"), "2|");
}

TEST(Store, NeverAcknowledgesAfterAFinalFailure) {
  const TestFolder folder;
  Acknowledgements acknowledged;
  {
    const auto store = opened(folder.file());
    store->start(acknowledged.callback());
    store->append(batch_of(1));
    acknowledged.wait_for_sequence(1);
    store->append(batch_of(1));  // a sequence twice: the books and the disk don't agree
    acknowledged.wait_for_reason();
    store->append(batch_of(2));
  }
  EXPECT_EQ(acknowledged.sequences(), std::vector<std::int64_t>{1});
  EXPECT_EQ(acknowledged.reasons(), std::vector<std::string>{"write_failed"});
  EXPECT_EQ(opened(folder.file())->load(10)->entries.size(), 1U);
}

TEST(Store, ABatchIsWholeOrAbsent) {
  const TestFolder folder;
  Acknowledgements acknowledged;
  {
    const auto store = opened(folder.file());
    store->start(acknowledged.callback());
    store->append(
        {{entry_record(1, 1), entry_record(2, 2), entry_record(2, 2)}, {account_record(2, 3, 2)}});
    acknowledged.wait_for_reason();
  }
  const auto contents = opened(folder.file())->load(10);
  EXPECT_TRUE(contents->entries.empty());
  EXPECT_TRUE(contents->accounts.empty());
}

}  // namespace
}  // namespace cocoon::store
