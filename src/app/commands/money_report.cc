#include "app/commands/money_report.h"

#include "app/commands/answer_report.h"
#include "app/commands/fault.h"
#include "app/commands/fetch.h"
#include "app/commands/table.h"

namespace cocoon::app::commands {
namespace {

using base::Nanoton;
using nlohmann::json;

Nanoton sum_of(const json& list, const std::string& member) {
  Nanoton sum;
  for (const auto& row : list) sum += Nanoton(number_at(row, "/" + member));
  return sum;
}

}  // namespace

Books books_of(const json& proxy_stats) {
  return {.charged = sum_of(list_at(proxy_stats, "/clients"), "charged_nanotons"),
          .earned = sum_of(list_at(proxy_stats, "/workers"), "earned_nanotons"),
          .commission = Nanoton(number_at(proxy_stats, "/commission_nanotons"))};
}

base::Result<MoneyFlow> follow_money(const Books& before, const Books& after,
                                     std::optional<Nanoton> answer_cost) {
  const Books moved{.charged = after.charged - before.charged,
                    .earned = after.earned - before.earned,
                    .commission = after.commission - before.commission};
  if (moved.charged != moved.earned + moved.commission) {
    return fault(CommandFault::Failed, "the proxy's books don't add up: charged " +
                                           base::to_string(moved.charged) + ", earned " +
                                           base::to_string(moved.earned) + ", commission " +
                                           base::to_string(moved.commission));
  }
  if (answer_cost && *answer_cost != moved.charged) {
    return fault(CommandFault::Failed, "the answer says it costs " + base::to_string(*answer_cost) +
                                           ", the proxy's books say " +
                                           base::to_string(moved.charged));
  }
  return MoneyFlow{moved};
}

std::string money_text(const MoneyFlow& flow, const Terminal& terminal) {
  return fact_lines({{"client charged", base::to_string(flow.moved.charged)},
                     {"worker earned", base::to_string(flow.moved.earned)},
                     {"proxy's commission", base::to_string(flow.moved.commission)},
                     {"sums", "match exactly, in the proxy's books"}},
                    terminal);
}

json money_json(const MoneyFlow& flow) {
  return {{"client_charged_nanotons", flow.moved.charged.count()},
          {"worker_earned_nanotons", flow.moved.earned.count()},
          {"proxy_commission_nanotons", flow.moved.commission.count()},
          {"settled", false}};
}

}  // namespace cocoon::app::commands
