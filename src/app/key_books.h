// KeyBooks: the file of API keys, watched, and the database in which it is booked what each has
// spent.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/metrics.h"
#include "app/role_shell.h"
#include "client/callers.h"
#include "store/store.h"

namespace cocoon::app {

class KeyBooks {
 public:
  // Reads the keys and what they have spent, and hands both to `callers`, which must outlive this.
  // The file is looked at again every kKeyFilePeriod; one that can't be read is reported, and the
  // keys stay as they were.
  static base::Result<std::unique_ptr<KeyBooks>> open(RoleShell& shell, const std::string& file,
                                                      const std::string& database,
                                                      client::Callers& callers);
  // Writes down what was charged since the last call.
  void book();

 private:
  KeyBooks(RoleShell& shell, std::string file, client::Callers& callers,
           std::unique_ptr<store::Store> store);
  base::Result<void> restore();
  base::Result<void> read_file();
  void look_again();
  void on_stored(const base::Result<std::int64_t>& sequence);

  RoleShell& shell_;
  const std::string file_;
  client::Callers& callers_;
  std::unique_ptr<store::Store> store_;
  io::Timer timer_;
  std::string text_;                                  // of the file, as it was read last
  std::string said_;                                  // the last complaint about it
  std::map<client::KeyHash, std::int64_t> accounts_;  // the database's numbers
  std::int64_t sequence_ = 0;
};

// The "keys" list of /jsonstats, and each key's metrics.
nlohmann::json keys_json(const client::Callers& callers);
void add_key_metrics(MetricsPage& page, const client::Callers& callers);

}  // namespace cocoon::app
