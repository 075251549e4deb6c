// What is shown behind an answer: who was verified, tokens by kind, price, speed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/commands/chat_stream.h"
#include "app/commands/terminal.h"

namespace cocoon::app::commands {

inline constexpr char kUnsettled[] = "unsettled";

// "0.0000042 TON (unsettled)".
std::string unsettled(base::Nanoton amount);
// With so many digits behind the point.
std::string fixed(double value, int decimals);
// "1.23 s", "45 ms".
std::string duration_text(base::Duration duration);

// `peers` is the gateway's /cocoon/peers document, null if it could not be read.
std::string answer_summary(const ChatAnswer& answer, const nlohmann::json& peers,
                           const Terminal& terminal);
nlohmann::json answer_json(const ChatAnswer& answer, const nlohmann::json& peers);

// "T0 (SIMULATED evidence, proves nothing)"
std::string evidence_text(const std::string& tier, const std::string& evidence);

// "5 checks passed, 12 not checked", of one peer of that document.
std::string factors_text(const nlohmann::json& peer);

}  // namespace cocoon::app::commands
