#include "app/commands/wallet_words.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "app/commands/fault.h"
#include "io/files.h"

namespace cocoon::app::commands {
namespace {

constexpr std::size_t kWalletFileBytesMax = 8192;
constexpr std::size_t kPasswordBytesMax = 1024;
constexpr std::size_t kPasswordBytesMin = 8;

base::Secret without_line_feed(base::Bytes&& bytes) {
  while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes.pop_back();
  return base::Secret(std::move(bytes));
}

// Nothing typed is shown while it lives.
class Unseen {
 public:
  Unseen() {
    ::tcgetattr(STDIN_FILENO, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
  }
  ~Unseen() { ::tcsetattr(STDIN_FILENO, TCSANOW, &before_); }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  termios before_{};
};

base::Secret typed(const char* prompt) {
  std::fputs(prompt, stderr);
  const Unseen unseen;
  base::Bytes line;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) {
    if (line.size() < kPasswordBytesMax) line.push_back(static_cast<std::uint8_t>(c));
  }
  std::fputs("\n", stderr);
  return base::Secret(std::move(line));
}

}  // namespace

base::Result<std::string> wallet_path(const Arguments& arguments) {
  if (arguments.has("--file")) return arguments.text("--file");
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != '\0') {
    return std::string(data) + "/cocoon/wallet";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    return std::string(home) + "/.local/share/cocoon/wallet";
  }
  return fault(CommandFault::Usage, "there is no home directory to keep a wallet in",
               "--file FILE");
}

base::Result<std::string> read_wallet_text(const std::string& path) {
  const auto bytes = io::read_file(path, kWalletFileBytesMax);
  if (bytes) return base::to_text(*bytes);
  if (!bytes.error().is(io::IoFault::FileNotFound)) return bytes.error();
  return fault(CommandFault::Failed, "there is no wallet at " + path,
               "cocoon wallet new, or cocoon wallet import");
}

base::Result<base::Secret> wallet_password(const Arguments& arguments, Asking asking) {
  base::Secret password;
  const char* variable = std::getenv("COCOON_WALLET_PASSWORD");
  if (arguments.has("--password-file")) {
    base::Bytes bytes = TRY(io::read_file(arguments.text("--password-file"), kPasswordBytesMax));
    password = without_line_feed(std::move(bytes));
  } else if (variable != nullptr) {
    password = base::Secret(base::to_bytes(std::string_view(variable)));
  } else if (::isatty(STDIN_FILENO) != 0) {
    password = typed("Password of the wallet: ");
    if (asking == Asking::Twice) {
      const base::Secret again = typed("The same again: ");
      if (!base::equal_constant_time(password.expose(), again.expose())) {
        return fault(CommandFault::Usage, "the two passwords differ");
      }
    }
  } else {
    return fault(CommandFault::Usage, "there is no password and no terminal to ask for one",
                 "--password-file FILE, or the variable COCOON_WALLET_PASSWORD");
  }
  if (asking == Asking::Twice && password.size() < kPasswordBytesMin) {
    return fault(CommandFault::Usage, "a wallet's password needs at least 8 characters");
  }
  return password;
}

}  // namespace cocoon::app::commands
