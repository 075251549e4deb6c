#include "app/chain/order_desk.h"

namespace cocoon::app::chain {

std::string_view reason_name(OrderFault fault) {
  switch (fault) {
    case OrderFault::NotCarriedOut:
      return "not_carried_out";
  }
  CHECK(false);
}

void OrderDesk::send(payment::chain::ChainOrder order, Done done) {
  const std::uint64_t id = order.order.id;
  const std::size_t messages = order.order.transfers.size();
  log_.info("ordered on the chain", {{"purpose", order.purpose}});
  service_.send(
      std::move(order.order), [this, id, messages, purpose = order.purpose,
                               done = std::move(done)](const base::Result<ton::Transaction>& sent) {
        if (!sent) {
          log_.warning("an order was not sent",
                       {{"purpose", purpose}, {"why", sent.error().message()}});
          return done(id, sent.error());
        }
        // The wallet skips a message that it can't pay for.
        if (!carried_out(*sent) || sent->out_messages.size() < messages) {
          const base::Error fault(OrderFault::NotCarriedOut,
                                  "the wallet could not send the message for: " + purpose);
          log_.warning("an order was not sent", {{"purpose", purpose}, {"why", fault.message()}});
          return done(id, fault);
        }
        done(id, {});
      });
}

}  // namespace cocoon::app::chain
