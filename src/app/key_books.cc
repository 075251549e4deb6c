#include "app/key_books.h"

#include <nlohmann/json.hpp>

#include "app/key_list.h"
#include "app/pages_json.h"
#include "base/encoding.h"
#include "io/files.h"

namespace cocoon::app {
namespace {

using base::Result;
using nlohmann::json;

constexpr base::Duration kKeyFilePeriod = std::chrono::seconds(1);
constexpr char kAccountKind[] = "api_key";
constexpr char kEntryKind[] = "key_charged";

}  // namespace

KeyBooks::KeyBooks(RoleShell& shell, std::string file, client::Callers& callers,
                   std::unique_ptr<store::Store> store)
    : shell_(shell),
      file_(std::move(file)),
      callers_(callers),
      store_(std::move(store)),
      timer_(shell.runtime(), [this] { look_again(); }) {}

Result<std::unique_ptr<KeyBooks>> KeyBooks::open(RoleShell& shell, const std::string& file,
                                                 const std::string& database,
                                                 client::Callers& callers) {
  auto store = TRY(store::Store::open(database, {}));
  std::unique_ptr<KeyBooks> books(new KeyBooks(shell, file, callers, std::move(store)));
  TRY(books->restore());
  TRY(books->read_file());
  books->store_->start([raw = books.get()](Result<std::int64_t> sequence) {
    raw->shell_.runtime().post([raw, sequence = std::move(sequence)] { raw->on_stored(sequence); });
  });
  books->timer_.arm_in(kKeyFilePeriod);
  return books;
}

Result<void> KeyBooks::restore() {
  const auto contents = TRY(store_->load(1));
  for (const auto& row : contents.accounts) {
    const auto hash = base::bits256_from_hex(row.party);
    if (row.kind != kAccountKind || !hash) continue;
    accounts_[*hash] = row.id;
    callers_.restore(*hash, {.tokens = row.metered_tokens, .spent = base::Nanoton(row.metered)});
  }
  if (!contents.entries.empty()) sequence_ = contents.entries.back().sequence;
  return {};
}

Result<void> KeyBooks::read_file() {
  const auto bytes = TRY(io::read_file(file_, kKeyListBytesMax));
  std::string text = base::to_text(bytes);
  if (text == text_) return {};
  auto keys = TRY(parse_key_list(text, file_));
  text_ = std::move(text);
  shell_.log().info("keys", {{"count", static_cast<std::int64_t>(keys.size())}});
  callers_.set_grants(std::move(keys));
  return {};
}

void KeyBooks::look_again() {
  const auto read = read_file();
  const std::string complaint = read ? "" : read.error().message();
  if (!complaint.empty() && complaint != said_) {
    shell_.log().error("the file of keys can't be used; the keys stay as they were",
                       {{"why", complaint}});
  }
  said_ = complaint;
  timer_.arm_in(kKeyFilePeriod);
}

void KeyBooks::book() {
  store::Batch batch;
  while (const auto charge = callers_.poll_charge()) {
    const auto account =
        accounts_.try_emplace(charge->key, static_cast<std::int64_t>(accounts_.size()) + 1);
    const std::int64_t id = account.first->second;
    store::EntryRecord entry;
    entry.sequence = ++sequence_;
    entry.kind = kEntryKind;
    entry.at_us = shell_.now().wall.time_since_epoch().count();
    entry.account = id;
    entry.reference = charge->request_id;
    entry.completion_tokens = charge->tokens;
    entry.amount = charge->amount.count();
    batch.entries.push_back(std::move(entry));
    store::AccountRecord row;
    row.id = id;
    row.kind = kAccountKind;
    row.party = base::to_hex(charge->key);
    row.metered_tokens = charge->use.tokens;
    row.metered = charge->use.spent.count();
    row.sequence = sequence_;
    batch.accounts.push_back(std::move(row));
  }
  if (!batch.entries.empty()) store_->append(std::move(batch));
}

void KeyBooks::on_stored(const Result<std::int64_t>& sequence) {
  callers_.set_disk(sequence ? client::Callers::Disk::Writable : client::Callers::Disk::Failing);
  if (!sequence) {
    shell_.log().error("what keys spend can't be written; keys with a budget are refused",
                       {{"why", sequence.error().message()}});
  }
}

json keys_json(const client::Callers& callers) {
  json list = json::array();
  for (const auto& [hash, account] : callers.accounts()) {
    if (!account.grant) continue;
    json row{{"name", account.grant->name},           {"requests", account.charged},
             {"tokens", account.use.tokens},          {"spent_nanotons", account.use.spent.count()},
             {"held_nanotons", account.held.count()}, {"running", account.running}};
    if (account.grant->budget) row["budget_nanotons"] = account.grant->budget->count();
    list.push_back(std::move(row));
  }
  return list;
}

void add_key_metrics(MetricsPage& page, const client::Callers& callers) {
  for (const auto& [hash, account] : callers.accounts()) {
    if (!account.grant) continue;
    const MetricsPage::Labels labels{{"key", account.grant->name}};
    page.counter("cocoon_key_requests_total", "Answered requests, by API key.",
                 static_cast<double>(account.charged), labels);
    page.counter("cocoon_key_tokens_total", "Tokens paid for, adjusted by price, by API key.",
                 static_cast<double>(account.use.tokens), labels);
    page.counter("cocoon_key_spent_nanotons_total", "What answers cost, by API key.",
                 static_cast<double>(account.use.spent.count()), labels);
  }
}

}  // namespace cocoon::app
