// Terminal: one output stream and what it can show. Colours, signs and live lines appear only where
// a person looks at a terminal and has not asked for none (NO_COLOR); everywhere else the same
// words come as plain text.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>

namespace cocoon::app::commands {

enum class Ink { Plain, Bold, Dim, Good, Warning, Bad };
enum class Sign { Done, Failed, Note, Skipped };

class Terminal {
 public:
  struct Abilities {
    bool live = false;  // a person looks at it: tables are aligned, lines may be drawn over
    bool colour = false;
    bool unicode = false;
    std::size_t width = 80;
  };
  // Looks at what stands behind the stream, and at NO_COLOR, TERM and the locale's variables.
  static Terminal of(std::FILE* stream);
  Terminal(std::FILE* stream, Abilities abilities) : stream_(stream), abilities_(abilities) {}

  // The same abilities on another stream: what is drawn there looks as it would here.
  Terminal onto(std::FILE* stream) const { return Terminal(stream, abilities_); }

  bool live() const { return abilities_.live; }
  bool unicode() const { return abilities_.unicode; }
  std::size_t width() const { return abilities_.width; }
  std::string paint(Ink ink, std::string_view text) const;
  // "✓", or "ok" where that can't be shown.
  std::string sign(Sign sign) const;
  // At once, nothing held back.
  void write(std::string_view text) const;
  void line(std::string_view text) const { write(std::string(text) + "\n"); }
  // Text of others, such as a model's answer: control characters act on terminals, so there they
  // are replaced.
  void write_foreign(std::string_view text) const;

 private:
  std::FILE* stream_;
  Abilities abilities_;
};

// Without control characters other than line feed and tab.
std::string printable(std::string_view text);
// Characters as a terminal counts them, each one column wide; combining and wide ones are not told
// apart.
std::size_t columns(std::string_view text);

}  // namespace cocoon::app::commands
