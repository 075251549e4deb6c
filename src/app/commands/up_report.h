// What `cocoon up` says while it works: steps with a moving line and the time they took for people,
// one JSON object per event for programs.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/commands/terminal.h"
#include "app/commands/whereabouts.h"
#include "app/role_shell.h"
#include "io/runtime.h"

namespace cocoon::app::commands {

class UpReport {
 public:
  UpReport(io::Runtime& runtime, Terminal out, Terminal err, Printing printing);
  ~UpReport();

  // What is being waited for now, in a few words.
  void waiting_for(const std::string& what);
  // A step is done.
  void done(const std::string& what, const std::string& details);
  void note(const std::string& text);
  // No line is drawn until the next waiting_for(): someone else draws.
  void rest();
  // For programs only.
  void event(const std::string& name, nlohmann::json members = nlohmann::json::object());
  void ready(const RunningNetwork& network, const nlohmann::json& model,
             const std::string& chat_options);
  // What was written by a program that ended, under a heading.
  void log_lines(const std::string& name, const std::string& lines);

  bool for_programs() const { return printing_ == Printing::Json; }
  const Terminal& out() const { return out_; }
  const Terminal& err() const { return err_; }
  base::Duration elapsed() const { return runtime_.now().steady - started_; }

 private:
  void draw();
  void erase();

  io::Runtime& runtime_;
  Terminal out_;
  Terminal err_;
  Printing printing_;
  base::Instant started_;
  std::string waiting_for_;
  std::size_t frame_ = 0;
  bool drawn_ = false;
  io::Timer timer_;
};

}  // namespace cocoon::app::commands
