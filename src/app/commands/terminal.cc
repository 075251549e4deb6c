#include "app/commands/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "app/commands/environment.h"

namespace cocoon::app::commands {
namespace {

bool speaks_unicode() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = variable(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != value.npos || value.find("utf8") != value.npos;
  }
  return false;
}

std::string_view code(Ink ink) {
  switch (ink) {
    case Ink::Plain:
      return "";
    case Ink::Bold:
      return "\x1b[1m";
    case Ink::Dim:
      return "\x1b[2m";
    case Ink::Good:
      return "\x1b[32m";
    case Ink::Warning:
      return "\x1b[33m";
    case Ink::Bad:
      return "\x1b[31m";
  }
  return "";
}

bool is_control(unsigned char byte) {
  return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
}

}  // namespace

Terminal Terminal::of(std::FILE* stream) {
  Abilities abilities;
  const int descriptor = fileno(stream);
  abilities.live = isatty(descriptor) == 1 && variable("TERM") != "dumb";
  abilities.colour = abilities.live && variable("NO_COLOR").empty();
  abilities.unicode = speaks_unicode();
  winsize size{};
  if (abilities.live && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    abilities.width = size.ws_col;
  return {stream, abilities};
}

std::string Terminal::paint(Ink ink, std::string_view text) const {
  if (!abilities_.colour || ink == Ink::Plain || text.empty()) return std::string(text);
  return std::string(code(ink)) + std::string(text) + "\x1b[0m";
}

std::string Terminal::sign(Sign sign) const {
  const bool unicode = abilities_.unicode;
  switch (sign) {
    case Sign::Done:
      return paint(Ink::Good, unicode ? "✓" : "ok");
    case Sign::Failed:
      return paint(Ink::Bad, unicode ? "✗" : "FAILED");
    case Sign::Note:
      return paint(Ink::Warning, unicode ? "!" : "note");
    case Sign::Skipped:
      return paint(Ink::Dim, "-");
  }
  return "";
}

void Terminal::write(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stream_);
  std::fflush(stream_);
}

void Terminal::write_foreign(std::string_view text) const {
  if (abilities_.live) return write(printable(text));
  write(text);
}

std::string printable(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are control characters too, two bytes each in UTF-8.
    const bool second_set =
        byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (second_set) ++i;
    if (second_set || is_control(byte)) {
      clean += '?';
    } else {
      clean += text[i];
    }
  }
  return clean;
}

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace cocoon::app::commands
