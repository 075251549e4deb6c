// Writes the price into an answer as it passes: "cost" and "cost_currency" at the end of its last
// `usage` object.
//
// The price is known only after the answer. So everything is passed on at once up to the closing
// brace of a `usage` object; from that brace on bytes wait (at most kMaxHeldBytes) until the price
// comes, or until a later object brings text or another `usage`, which shows that this one wasn't
// the last. Without the two added members the bytes that leave are exactly the bytes that came, for
// any chunking.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/nanoton.h"
#include "openai/answer_reader.h"

namespace cocoon::openai {

enum class CostOutcome { Injected, NoUsage, HeldTooMuch };

class CostInjector {
 public:
  // What to send on now: `before`, then the first `passed` bytes of the input just fed.
  struct Passage {
    base::Bytes before;
    std::size_t passed = 0;
  };
  Passage feed(base::BytesView bytes);

  // What to send at the very end. After it the injector is spent.
  struct Ending {
    base::Bytes bytes;
    CostOutcome outcome = CostOutcome::NoUsage;
  };
  Ending finish(base::Nanoton cost);
  // The same when the answer ended in an error or its price is unknown.
  base::Bytes finish_without_cost();

 private:
  enum class Hold {
    None,
    Waiting,
    Complete
  };  // Complete: the object around the held usage is closed

  void let_go(Passage& passage);

  AnswerReader reader_;
  Hold hold_ = Hold::None;
  base::Bytes held_;               // starts with the closing brace of the usage object
  std::uint64_t held_object_ = 0;  // which object the held usage belongs to, by objects_begun()
  bool usage_empty_ = false;       // the held usage has no members, so no comma goes before ours
  bool held_too_much_ = false;
};

}  // namespace cocoon::openai
