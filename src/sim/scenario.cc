#include "sim/scenario.h"

#include <algorithm>

#include "sim/network.h"

namespace cocoon::sim {
namespace {

using base::Duration;
using base::Error;
using base::Result;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr std::uint64_t kSeed = 1;
constexpr Duration kDiskDelay = 2ms;
constexpr Duration kPatience = 30s;  // of a caller who names none
constexpr Duration kGreetingTime = 1s;
constexpr base::Nanoton kCredit{1'000'000'000};
constexpr std::int32_t kSlots = 4;

const std::string& name_of(const ProxyNode& node) { return node.name(); }
const std::string& name_of(const WorkerNode& node) { return node.name(); }
const std::string& name_of(const ClientNode& node) { return node.terms().name; }

Error syntax(std::string message) { return Error(ScenarioFault::Syntax, std::move(message)); }
Error unexpected(std::string message) {
  return Error(ScenarioFault::Unexpected, std::move(message));
}

StageTerms stage_terms() {
  return {.network = make_network({.models = {std::string(kModel), std::string(kOtherModel)}}),
          .weather = {.least_delay = 5ms, .most_delay = 5ms, .silent_deaths = 0},
          .wires = Dice(kSeed)};
}

EngineAnswer plain_answer() {
  EngineAnswer answer{.kind = EngineAnswer::Kind::Stream, .pieces = 5, .pace = 50ms};
  answer.usage.prompt = {10};
  answer.usage.completion = {5};
  return answer;
}

std::string_view name_of(CallRecord::State state) {
  switch (state) {
    case CallRecord::State::Running:
      return "running";
    case CallRecord::State::Answered:
      return "answered";
    case CallRecord::State::Refused:
      return "refused";
    case CallRecord::State::Aborted:
      return "broken off";
    case CallRecord::State::Dropped:
      return "given up";
  }
  return "unknown";
}

// "20 pieces every 50ms".
Result<void> read_pace(ScriptLine& line, EngineAnswer& answer) {
  answer.pieces = TRY(line.number("a number of pieces"));
  if (line.take("pieces of")) {
    answer.padding = static_cast<std::size_t>(TRY(line.number("a number of bytes")));
    if (!line.take("bytes every")) return syntax("'bytes every' and a time should follow");
  } else if (!line.take("pieces every")) {
    return syntax("'pieces every' and a time should follow");
  }
  answer.pace = TRY(line.time("a time"));
  return {};
}

}  // namespace

Scenario::Scenario(std::function<void(const std::string&)> note)
    : Stage(stage_terms(), std::move(note)), dice_(kSeed) {}

const std::map<std::string_view, Scenario::Verb>& Scenario::verbs() {
  static const std::map<std::string_view, Verb> all{{"proxy", &Scenario::cast_proxy},
                                                    {"worker", &Scenario::cast_worker},
                                                    {"client", &Scenario::cast_client},
                                                    {"begin", &Scenario::begin},
                                                    {"engine", &Scenario::set_engine},
                                                    {"ask", &Scenario::ask},
                                                    {"hang-up", &Scenario::hang_up},
                                                    {"pass", &Scenario::pass_time},
                                                    {"stop-reading", &Scenario::stop_reading},
                                                    {"read-on", &Scenario::read_on},
                                                    {"kill", &Scenario::kill},
                                                    {"start", &Scenario::start},
                                                    {"drain", &Scenario::drain},
                                                    {"cut", &Scenario::cut},
                                                    {"disk", &Scenario::set_disk},
                                                    {"expect", &Scenario::expect}};
  return all;
}

Result<void> Scenario::play(std::string_view text) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t length = std::min(text.find('\n'), text.size());
    ScriptLine line(text.substr(0, length));
    const std::string context = "line " + std::to_string(number);
    auto played = play_line(line);
    if (!played) return std::move(played).error().within(context);
    if (!is_sound())
      return Error(ScenarioFault::Unsound, audit_.violations().front()).within(context);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return {};
}

Result<void> Scenario::play_line(ScriptLine& line) {
  if (line.empty()) return {};
  const std::string name = TRY(line.word("a verb"));
  const auto verb = verbs().find(name);
  if (verb == verbs().end()) return syntax("there is no verb '" + name + "'");
  TRY((this->*verb->second)(line));
  return line.end();
}

// ---- the cast ----

Result<void> Scenario::cast_proxy(ScriptLine& line) {
  proxy_names_.push_back(TRY(line.word("a name")));
  return {};
}

Result<void> Scenario::cast_worker(ScriptLine& line) {
  WorkerTerms terms{.name = TRY(line.word("a name")),
                    .model = std::string(kModel),
                    .slots = kSlots,
                    .image = worker_image()};
  while (!line.empty()) {
    if (line.take("model")) {
      terms.model = TRY(line.word("a model"));
    } else if (line.take("price")) {
      terms.coefficient = static_cast<std::int32_t>(TRY(line.number("thousandths of the price")));
    } else if (line.take("slots")) {
      terms.slots = static_cast<std::int32_t>(TRY(line.number("a number")));
    } else {
      break;
    }
  }
  worker_terms_.push_back(std::move(terms));
  return {};
}

Result<void> Scenario::cast_client(ScriptLine& line) {
  ClientTerms terms{.name = TRY(line.word("a name")), .credit = kCredit};
  if (line.take("credit")) terms.credit = base::Nanoton(TRY(line.number("nanotons")));
  client_terms_.push_back(std::move(terms));
  return {};
}

Result<void> Scenario::begin(ScriptLine&) {
  if (!proxies_.empty()) return syntax("it has begun already");
  std::vector<ProxyNode*> everyone;
  for (const auto& name : proxy_names_) {
    everyone.push_back(
        &proxies_.emplace_back(surroundings_, dice_.split(), name, client_terms_, kDiskDelay));
  }
  for (const auto& terms : worker_terms_) {
    auto& worker = workers_.emplace_back(surroundings_, dice_.split(), terms, everyone);
    worker.engine().set_mood(EngineMood::Healthy);
    worker.engine().set_answer(plain_answer());
  }
  for (const auto& terms : client_terms_)
    clients_.emplace_back(surroundings_, dice_.split(), terms, everyone);
  start_all();
  pass(kGreetingTime);
  return {};
}

template <class T>
Result<T*> Scenario::find(std::deque<T>& nodes, ScriptLine& line, std::string_view what) {
  const std::string name = TRY(line.word(what));
  for (auto& node : nodes) {
    if (name_of(node) == name) return &node;
  }
  return syntax("'" + name + "' is not " + std::string(what));
}

template <class Deed>
Result<void> Scenario::with_process(ScriptLine& line, Deed deed) {
  const std::string name = TRY(line.word("a name"));
  const auto try_all = [&](auto& nodes) {
    for (auto& node : nodes) {
      if (name_of(node) != name) continue;
      deed(node);
      return true;
    }
    return false;
  };
  if (try_all(proxies_) || try_all(workers_) || try_all(clients_)) return {};
  return syntax("nobody is called '" + name + "'");
}

Result<LinkOwner*> Scenario::process(ScriptLine& line) {
  LinkOwner* found = nullptr;
  TRY(with_process(line, [&](LinkOwner& node) { found = &node; }));
  return found;
}

Result<std::uint64_t> Scenario::call_id(ScriptLine& line) {
  const std::string name = TRY(line.word("a question's name"));
  const auto found = calls_.find(name);
  if (found == calls_.end()) return syntax("nobody asked '" + name + "'");
  return found->second;
}

// ---- what happens ----

Result<void> Scenario::set_engine(ScriptLine& line) {
  WorkerNode* worker = TRY(find(workers_, line, "a worker"));
  if (line.take("down")) return worker->set_engine(worker::EngineState::Down), Outcome{};
  if (line.take("up")) return worker->set_engine(worker::EngineState::Up), Outcome{};
  EngineAnswer answer = plain_answer();
  if (line.take("answers")) {
    TRY(read_pace(line, answer));
  } else if (line.take("breaks off after")) {
    answer.kind = EngineAnswer::Kind::FailInTheMiddle;
    TRY(read_pace(line, answer));
  } else if (line.take("fails")) {
    answer.kind = EngineAnswer::Kind::FailAtOnce;
  } else if (line.take("says 500")) {
    answer.kind = EngineAnswer::Kind::ErrorStatus;
  } else if (line.take("stalls")) {
    answer.kind = EngineAnswer::Kind::Stall;
  } else {
    return syntax(
        "an engine can be down, up, or: answers, breaks off after, fails, says 500, stalls");
  }
  if (line.take("counts")) answer.usage.completion = {TRY(line.number("a number of tokens"))};
  worker->engine().set_answer(answer);
  return {};
}

Result<void> Scenario::ask(ScriptLine& line) {
  const std::string name = TRY(line.word("a name for the question"));
  if (!line.take("by")) return syntax("'by' and a client should follow");
  ClientNode* client = TRY(find(clients_, line, "a client"));
  auto shape = ClientNode::Shape::Plain;
  std::string model(kModel);
  Duration patience = kPatience;
  while (!line.empty()) {
    if (line.take("as stream")) {
      shape = ClientNode::Shape::Stream;
    } else if (line.take("of")) {
      model = TRY(line.word("a model"));
    } else if (line.take("within")) {
      patience = TRY(line.time("a time"));
    } else {
      break;
    }
  }
  const CallRecord* call = client->call(model, shape, patience);
  if (!call) return syntax("the client does not run");
  if (!calls_.emplace(name, call->id).second) return syntax("'" + name + "' was asked already");
  return {};
}

Result<void> Scenario::hang_up(ScriptLine& line) {
  const std::uint64_t id = TRY(call_id(line));
  for (auto& client : clients_) {
    if (client.terms().name == audit_.call(id).client) client.lose_caller(id);
  }
  return {};
}

Result<void> Scenario::stop_reading(ScriptLine& line) {
  const std::uint64_t id = TRY(call_id(line));
  for (auto& client : clients_) {
    if (client.terms().name == audit_.call(id).client) client.stop_reading(id);
  }
  return {};
}

Result<void> Scenario::read_on(ScriptLine& line) {
  const std::uint64_t id = TRY(call_id(line));
  for (auto& client : clients_) client.read_on(id);
  return {};
}

Result<void> Scenario::pass_time(ScriptLine& line) {
  pass(TRY(line.time("a time")));
  return {};
}

Result<void> Scenario::kill(ScriptLine& line) {
  return with_process(line, [](auto& node) { node.crash(); });
}

Result<void> Scenario::start(ScriptLine& line) {
  return with_process(line, [](auto& node) { node.start(); });
}

Result<void> Scenario::drain(ScriptLine& line) {
  ProxyNode* proxy = TRY(find(proxies_, line, "a proxy"));
  proxy->drain();
  return {};
}

Result<void> Scenario::cut(ScriptLine& line) {
  const LinkOwner* one = TRY(process(line));
  const LinkOwner* other = TRY(process(line));
  wires_.cut(*one, *other, line.take("silently") ? Wires::Cut::Silent : Wires::Cut::Noticed);
  return {};
}

Result<void> Scenario::set_disk(ScriptLine& line) {
  ProxyNode* proxy = TRY(find(proxies_, line, "a proxy"));
  if (line.take("fails")) {
    proxy->disk().set_health(Disk::Health::Failing);
  } else if (line.take("stalls")) {
    proxy->disk().set_stall(TRY(line.time("a time")));
  } else if (line.take("works")) {
    proxy->disk().set_health(Disk::Health::Good);
    proxy->disk().set_stall(0ms);
  } else {
    return syntax("a disk can: fails, stalls TIME, works");
  }
  return {};
}

// ---- what must be ----

Result<void> Scenario::expect(ScriptLine& line) {
  if (line.take("quiet")) {
    check_quiet();
    return {};
  }
  const CallRecord& call = audit_.call(TRY(call_id(line)));
  return expect_call(call, line);
}

Result<void> Scenario::expect_call(const CallRecord& call, ScriptLine& line) {
  if (line.take("charged")) return expect_charge(call, line);
  if (line.take("unpaid")) {
    if (audit_.charge_of(call.id)) return unexpected("it was charged");
    return {};
  }
  if (line.take("unread")) {
    const auto unread = [&](const EngineRun& run) { return run.call == call.id && run.paused; };
    if (std::ranges::none_of(audit_.runs(), unread)) return unexpected("its engine is read on");
    return {};
  }
  if (line.take("says")) {
    const std::string text = TRY(line.quoted("a text in quotes"));
    if (call.body.find(text) == std::string::npos) return unexpected("it says: " + call.body);
    return {};
  }
  if (!line.take(name_of(call.state))) {
    return unexpected("it is " + std::string(name_of(call.state)) + ", with status " +
                      std::to_string(call.status) + ": " + call.body.substr(0, 300));
  }
  if (line.take("by")) {
    const std::string worker = TRY(line.word("a worker"));
    for (const auto& run : audit_.runs()) {
      if (run.call == call.id && run.state == EngineRun::State::Finished && run.worker == worker)
        return {};
    }
    return unexpected("that worker did not finish it");
  }
  if (line.empty()) return {};
  const std::int64_t status = TRY(line.number("a status"));
  if (status != static_cast<std::int64_t>(call.status))
    return unexpected("the status is " + std::to_string(call.status));
  return {};
}

Result<void> Scenario::expect_charge(const CallRecord& call, ScriptLine& line) {
  const payment::LedgerEntry* charge = audit_.charge_of(call.id);
  if (!charge) return unexpected("it was not charged");
  if (line.empty()) return {};
  const std::int64_t tokens = TRY(line.number("a number of tokens"));
  if (!line.take("tokens")) return syntax("'tokens' should follow");
  if (charge->tokens.total.count != tokens) {
    return unexpected("charged are " + std::to_string(charge->tokens.total.count) + " tokens");
  }
  return {};
}

}  // namespace cocoon::sim
