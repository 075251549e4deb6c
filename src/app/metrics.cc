#include "app/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <vector>

namespace cocoon::app {

struct MetricsPage::Families {
  std::vector<prometheus::MetricFamily> all;

  prometheus::ClientMetric& add(std::string_view name, std::string_view help,
                                prometheus::MetricType type, Labels labels) {
    auto found = all.begin();
    while (found != all.end() && found->name != name) ++found;
    if (found == all.end()) {
      found = all.emplace(found);
      found->name = name;
      found->help = help;
      found->type = type;
    }
    prometheus::ClientMetric& metric = found->metric.emplace_back();
    for (auto& [label, value] : labels) metric.label.push_back({label, value});
    return metric;
  }
};

MetricsPage::MetricsPage() : families_(std::make_unique<Families>()) {}
MetricsPage::~MetricsPage() = default;

void MetricsPage::counter(std::string_view name, std::string_view help, double value,
                          Labels labels) {
  families_->add(name, help, prometheus::MetricType::Counter, std::move(labels)).counter.value =
      value;
}

void MetricsPage::gauge(std::string_view name, std::string_view help, double value, Labels labels) {
  families_->add(name, help, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
}

std::string MetricsPage::text() const {
  return prometheus::TextSerializer().Serialize(families_->all);
}

void add_request_counts(MetricsPage& page, const RequestCounts& counts) {
  const auto ended = [&page](std::string outcome, std::uint64_t count) {
    page.counter("cocoon_requests_total", "Requests by how they ended.", static_cast<double>(count),
                 {{"outcome", std::move(outcome)}});
  };
  ended("answered", counts.answered);
  ended("failed", counts.failed);
  ended("rejected", counts.rejected);
  page.counter("cocoon_requests_cancelled_total", "Requests whose caller went away.",
               static_cast<double>(counts.cancelled));
  page.gauge("cocoon_requests_running", "Requests that run now.",
             static_cast<double>(counts.running));
  page.counter("cocoon_request_bytes_total", "Bytes of requests.",
               static_cast<double>(counts.request_bytes));
  page.counter("cocoon_answer_bytes_total", "Bytes of answers.",
               static_cast<double>(counts.answer_bytes));
}

}  // namespace cocoon::app
