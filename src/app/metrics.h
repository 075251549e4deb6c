// MetricsPage: what GET /metrics says, in Prometheus' text format (version 0.0.4).
// docs/operations/metrics.md names every metric. Labels are sets of ours, reasons that the logic
// names, and models of the registry; never what a peer or caller wrote.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace cocoon::app {

class MetricsPage {
 public:
  using Labels = std::map<std::string, std::string>;

  MetricsPage();
  ~MetricsPage();

  // Metrics of one name need not follow each other; the help of the first counts.
  void counter(std::string_view name, std::string_view help, double value, Labels labels = {});
  void gauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  // One counter for each member of `counts` (from reason to number), labelled with `label`.
  template <class Counts>
  void counters(std::string_view name, std::string_view help, const Counts& counts,
                const std::string& label) {
    for (const auto& [reason, count] : counts) {
      counter(name, help, static_cast<double>(count), {{label, std::string(reason)}});
    }
  }
  std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

// What every role counts of its requests, under the same names.
struct RequestCounts {
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
  std::uint64_t rejected = 0;
  std::uint64_t cancelled = 0;  // the caller went away
  std::uint64_t running = 0;    // now
  std::uint64_t request_bytes = 0;
  std::uint64_t answer_bytes = 0;
};
void add_request_counts(MetricsPage& page, const RequestCounts& counts);

}  // namespace cocoon::app
