// Holds bytes back from the last usage object's closing brace on, until the price is known.
#include "openai/cost.h"

#include <string>
#include <utility>

#include "openai/limits.h"

namespace cocoon::openai {

CostInjector::Passage CostInjector::feed(base::BytesView bytes) {
  Passage passage;
  std::size_t hold_from = 0;  // where in `bytes` the held part begins, while something is held
  std::size_t at = 0;
  while (const auto mark = reader_.next(bytes, at)) {
    const bool same_object = reader_.objects_begun() == held_object_;
    switch (*mark) {
      case AnswerMark::Content:
        // Text may follow usage within one object; in a later object it means that answering goes
        // on.
        if (!same_object) let_go(passage);
        break;
      case AnswerMark::UsageEnd:
        let_go(passage);
        hold_ = Hold::Waiting;
        hold_from = at - 1;
        held_object_ = reader_.objects_begun();
        usage_empty_ = reader_.usage_empty();
        break;
      case AnswerMark::ObjectEnd:
        if (hold_ == Hold::Waiting && same_object) hold_ = Hold::Complete;
        break;
    }
  }
  passage.passed = hold_ == Hold::None ? bytes.size() : hold_from;
  if (held_.size() + bytes.size() - passage.passed > kMaxHeldBytes) {
    held_too_much_ = true;
    let_go(passage);
    passage.passed = bytes.size();
  }
  held_.insert(held_.end(), bytes.begin() + static_cast<std::ptrdiff_t>(passage.passed),
               bytes.end());
  return passage;
}

void CostInjector::let_go(Passage& passage) {
  passage.before.insert(passage.before.end(), held_.begin(), held_.end());
  held_.clear();
  hold_ = Hold::None;
}

CostInjector::Ending CostInjector::finish(base::Nanoton cost) {
  Ending ending;
  if (hold_ == Hold::Complete) {
    const std::string members = std::string(usage_empty_ ? "" : ",") + R"("cost":)" +
                                std::to_string(cost.count()) + R"(,"cost_currency":"nanoton")";
    ending.bytes = base::to_bytes(members);
    ending.outcome = CostOutcome::Injected;
  } else {
    ending.outcome = held_too_much_ ? CostOutcome::HeldTooMuch : CostOutcome::NoUsage;
  }
  const base::Bytes held = finish_without_cost();
  ending.bytes.insert(ending.bytes.end(), held.begin(), held.end());
  return ending;
}

base::Bytes CostInjector::finish_without_cost() {
  hold_ = Hold::None;
  return std::exchange(held_, {});
}

}  // namespace cocoon::openai
