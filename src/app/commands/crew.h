// Crew: the programs that `cocoon up` has started. Whoever ends without being told to is started
// again, with growing delays; while the network is still starting, that is the end instead.
// Stopping goes in reverse order of starting.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "io/process.h"
#include "io/runtime.h"

namespace cocoon::app::commands {

class CrewOwner {
 public:
  virtual ~CrewOwner() = default;
  virtual void on_member_started(const std::string& name, int pid) = 0;
  // It will be started again after the delay.
  virtual void on_member_ended(const std::string& name, const std::string& why,
                               base::Duration delay) = 0;
  // While starting: the network can't be brought up.
  virtual void on_member_failed(const std::string& name, const std::string& why) = 0;
};

class Crew {
 public:
  Crew(io::Runtime& runtime, CrewOwner& owner);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();

  // `options.log_file` begins anew; the one before is kept as NAME.log.old.
  base::Result<void> start(const std::string& name, io::ChildOptions options);
  // From now on whoever ends is started again.
  void handle_all_started() { starting_ = false; }
  // One after the other, the last started first; calls back once nobody runs.
  void stop(std::function<void()> done);
  // All at once, without waiting.
  void kill();

  std::map<std::string, int> pids() const;
  // The last lines that a member has written.
  std::string last_lines(const std::string& name) const;

 private:
  struct Member;
  base::Result<void> launch(Member& member);
  void handle_exit(Member& member, io::ChildExit exit);
  void stop_next();

  io::Runtime& runtime_;
  CrewOwner& owner_;
  std::vector<std::unique_ptr<Member>> members_;
  bool starting_ = true;
  bool stopping_ = false;
  std::function<void()> stopped_;
};

// "exit status 2", "signal 9".
std::string exit_text(io::ChildExit exit);
// The last `count` lines of a file, at most its last 16 KiB; empty if it can't be read.
std::string last_lines_of(const std::string& path, std::size_t count);

}  // namespace cocoon::app::commands
