// Where the money of one answer went, by the proxy's books before and after it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "app/commands/terminal.h"
#include "base/nanoton.h"
#include "base/result.h"

namespace cocoon::app::commands {

// Sums over all accounts of a proxy.
struct Books {
  base::Nanoton charged;  // to clients
  base::Nanoton earned;   // by workers
  base::Nanoton commission;
};
Books books_of(const nlohmann::json& proxy_stats);

// What changed from `before` to `after`. Failed if clients were not charged exactly what workers
// and proxy got, or not what the answer said it costs.
struct MoneyFlow {
  Books moved;
};
base::Result<MoneyFlow> follow_money(const Books& before, const Books& after,
                                     std::optional<base::Nanoton> answer_cost);

std::string money_text(const MoneyFlow& flow, const Terminal& terminal);
nlohmann::json money_json(const MoneyFlow& flow);

}  // namespace cocoon::app::commands
