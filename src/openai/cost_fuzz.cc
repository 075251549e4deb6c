// Any bytes as an answer, cut anywhere: what leaves is what came, plus our members at most once,
// and JSON stays JSON.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "base/check.h"
#include "openai/cost.h"

namespace {

struct Out {
  std::string text;
  cocoon::openai::CostOutcome outcome;
};

Out run(cocoon::base::BytesView body, std::size_t chunk) {
  using namespace cocoon;
  openai::CostInjector injector;
  Out out;
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    const auto piece = body.subspan(at, std::min(chunk, body.size() - at));
    const auto passage = injector.feed(piece);
    CHECK(passage.passed <= piece.size());
    out.text += base::as_text(passage.before);
    out.text += base::as_text(piece.first(passage.passed));
  }
  const auto ending = injector.finish(base::Nanoton(7));
  out.text += base::as_text(ending.bytes);
  out.outcome = ending.outcome;
  return out;
}

// The input may hold members like ours as well: one place must exist whose removal gives the input
// back.
bool is_input_with_members(const std::string& out, std::string_view input) {
  const std::string members = R"("cost":7,"cost_currency":"nanoton")";
  for (std::size_t at = out.find(members); at != std::string::npos;
       at = out.find(members, at + 1)) {
    std::string bare = out;
    bare.erase(at, members.size());
    if (bare.size() > input.size()) bare.erase(at - 1, 1);
    if (bare == input) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cocoon;
  if (size < 1) return 0;
  const base::BytesView body(data + 1, size - 1);
  const std::string_view text = base::as_text(body);
  const Out whole = run(body, size);
  const Out cut = run(body, data[0] % 32 + 1);
  CHECK(whole.text == cut.text && whole.outcome == cut.outcome);
  if (whole.outcome != openai::CostOutcome::Injected) {
    CHECK(whole.text == text);
    return 0;
  }
  CHECK(is_input_with_members(whole.text, text));
  if (nlohmann::json::accept(text)) CHECK(nlohmann::json::accept(whole.text));
  return 0;
}
