// The page as a scraper reads it.
#include "app/metrics.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace cocoon::app {
namespace {

TEST(Metrics, FamiliesHaveOneHelpAndAllTheirSeries) {
  MetricsPage page;
  page.counter("cocoon_requests_total", "Requests by how they ended.", 3,
               {{"outcome", "answered"}});
  page.gauge("cocoon_ready", "Whether it serves.", 1);
  page.counter("cocoon_requests_total", "Another help.", 1, {{"outcome", "failed"}});
  EXPECT_EQ(page.text(),
            "# HELP cocoon_requests_total Requests by how they ended.\n"
            "# TYPE cocoon_requests_total counter\n"
            "cocoon_requests_total{outcome=\"answered\"} 3\n"
            "cocoon_requests_total{outcome=\"failed\"} 1\n"
            "# HELP cocoon_ready Whether it serves.\n"
            "# TYPE cocoon_ready gauge\n"
            "cocoon_ready 1\n");
}

TEST(Metrics, CountsByReasonAreLabelled) {
  MetricsPage page;
  const std::map<std::string, std::uint64_t> counts{{"draining", 2}, {"a \"quoted\"\nreason", 1}};
  page.counters("cocoon_refusals_total", "By reason.", counts, "reason");
  EXPECT_EQ(page.text(),
            "# HELP cocoon_refusals_total By reason.\n"
            "# TYPE cocoon_refusals_total counter\n"
            "cocoon_refusals_total{reason=\"a \\\"quoted\\\"\\nreason\"} 1\n"
            "cocoon_refusals_total{reason=\"draining\"} 2\n");
}

TEST(Metrics, LargeNumbersKeepTheirDigits) {
  MetricsPage page;
  page.counter("cocoon_spent_nanotons_total", "", 9'007'199'254'740'991.0);
  EXPECT_NE(page.text().find("cocoon_spent_nanotons_total 9007199254740991\n"), std::string::npos)
      << page.text();
}

}  // namespace
}  // namespace cocoon::app
