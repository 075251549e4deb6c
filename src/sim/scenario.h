// Scenario: a story of the protocol, written down line by line and played by the production
// machines in virtual time, with the audit watching. The verbs are listed in
// tests/scenarios/README.md; a scenario ends at the first line that does not hold.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sim/script.h"
#include "sim/stage.h"

namespace cocoon::sim {

class Scenario final : public Stage {
 public:
  // `note` gets the story, line by line; empty when nobody reads it.
  explicit Scenario(std::function<void(const std::string&)> note);

  // Errors name the line by its number.
  base::Result<void> play(std::string_view text);

 private:
  using Outcome = base::Result<void>;
  using Verb = Outcome (Scenario::*)(ScriptLine&);
  static const std::map<std::string_view, Verb>& verbs();
  Outcome play_line(ScriptLine& line);

  Outcome cast_proxy(ScriptLine& line);
  Outcome cast_worker(ScriptLine& line);
  Outcome cast_client(ScriptLine& line);
  Outcome begin(ScriptLine& line);
  Outcome set_engine(ScriptLine& line);
  Outcome ask(ScriptLine& line);
  Outcome hang_up(ScriptLine& line);
  Outcome stop_reading(ScriptLine& line);
  Outcome read_on(ScriptLine& line);
  Outcome pass_time(ScriptLine& line);
  Outcome kill(ScriptLine& line);
  Outcome start(ScriptLine& line);
  Outcome drain(ScriptLine& line);
  Outcome cut(ScriptLine& line);
  Outcome set_disk(ScriptLine& line);
  Outcome expect(ScriptLine& line);
  Outcome expect_call(const CallRecord& call, ScriptLine& line);
  Outcome expect_charge(const CallRecord& call, ScriptLine& line);

  template <class T>
  base::Result<T*> find(std::deque<T>& nodes, ScriptLine& line, std::string_view what);
  // Does `deed` to the process of that name, of whatever kind it is.
  template <class Deed>
  Outcome with_process(ScriptLine& line, Deed deed);
  base::Result<LinkOwner*> process(ScriptLine& line);
  base::Result<std::uint64_t> call_id(ScriptLine& line);

  Dice dice_;
  std::vector<std::string> proxy_names_;
  std::vector<ClientTerms> client_terms_;
  std::vector<WorkerTerms> worker_terms_;
  std::map<std::string, std::uint64_t> calls_;
};

}  // namespace cocoon::sim
