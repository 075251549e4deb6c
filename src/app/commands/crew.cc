#include "app/commands/crew.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace cocoon::app::commands {
namespace {

constexpr base::Duration kFirstDelay = std::chrono::milliseconds(500);
constexpr base::Duration kLongestDelay = std::chrono::seconds(30);
// Who ran that long has recovered.
constexpr base::Duration kRecovered = std::chrono::seconds(60);
// For running answers to end.
constexpr base::Duration kStopGrace = std::chrono::seconds(10);
constexpr std::size_t kShownLines = 12;

}  // namespace

struct Crew::Member {
  Member(io::Runtime& runtime, std::string name_in, io::ChildOptions options_in,
         std::function<void()> on_due)
      : name(std::move(name_in)),
        options(std::move(options_in)),
        restart(runtime, std::move(on_due)) {}
  std::string name;
  io::ChildOptions options;
  io::Timer restart;
  base::Duration delay = kFirstDelay;
  base::Instant started;
  std::unique_ptr<io::ChildProcess> process;
  bool running() const { return process && process->running(); }
};

Crew::Crew(io::Runtime& runtime, CrewOwner& owner) : runtime_(runtime), owner_(owner) {}
Crew::~Crew() = default;

base::Result<void> Crew::start(const std::string& name, io::ChildOptions options) {
  std::error_code ignored;
  std::filesystem::rename(options.log_file, options.log_file + ".old", ignored);
  const std::size_t index = members_.size();
  members_.push_back(std::make_unique<Member>(runtime_, name, std::move(options), [this, index] {
    Member& member = *members_[index];
    if (const auto again = launch(member); !again) handle_exit(member, {.code = 127});
  }));
  return launch(*members_.back());
}

base::Result<void> Crew::launch(Member& member) {
  member.started = runtime_.now().steady;
  member.process =
      TRY(io::ChildProcess::start(runtime_, member.options, [this, &member](io::ChildExit exit) {
        handle_exit(member, exit);
      }));
  owner_.on_member_started(member.name, member.process->pid());
  return {};
}

void Crew::handle_exit(Member& member, io::ChildExit exit) {
  if (stopping_) return stop_next();
  if (starting_) return owner_.on_member_failed(member.name, exit_text(exit));
  if (runtime_.now().steady - member.started >= kRecovered) member.delay = kFirstDelay;
  const base::Duration delay = member.delay;
  member.delay = std::min(member.delay * 2, kLongestDelay);
  member.restart.arm_in(delay);
  owner_.on_member_ended(member.name, exit_text(exit), delay);
}

void Crew::stop(std::function<void()> done) {
  stopping_ = true;
  stopped_ = std::move(done);
  for (const auto& member : members_) member->restart.cancel();
  stop_next();
}

void Crew::stop_next() {
  const auto last = std::find_if(members_.rbegin(), members_.rend(),
                                 [](const auto& member) { return member->running(); });
  if (last != members_.rend()) return (*last)->process->terminate(kStopGrace);
  if (const auto done = std::exchange(stopped_, nullptr)) done();
}

void Crew::kill() {
  for (const auto& member : members_) {
    if (member->running()) member->process->kill();
  }
}

std::map<std::string, int> Crew::pids() const {
  std::map<std::string, int> pids;
  for (const auto& member : members_) {
    if (member->running()) pids[member->name] = member->process->pid();
  }
  return pids;
}

std::string Crew::last_lines(const std::string& name) const {
  for (const auto& member : members_) {
    if (member->name == name) return last_lines_of(member->options.log_file, kShownLines);
  }
  return {};
}

std::string exit_text(io::ChildExit exit) {
  return exit.signal != 0 ? "signal " + std::to_string(exit.signal)
                          : "exit status " + std::to_string(exit.code);
}

std::string last_lines_of(const std::string& path, std::size_t count) {
  constexpr std::streamoff kTail = 16 << 10;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return {};
  file.seekg(std::max<std::streamoff>(0, file.tellg() - kTail));
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  std::string text;
  for (std::size_t i = lines.size() - std::min(count, lines.size()); i < lines.size(); ++i)
    text += lines[i] + "\n";
  return text;
}

}  // namespace cocoon::app::commands
