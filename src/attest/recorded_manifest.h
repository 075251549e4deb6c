// For tests: the manifests of recorded evidence, which say what is expected of each.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "attest/recorded.h"

namespace cocoon::attest {

inline nlohmann::json recorded_manifest(const std::string& folder) {
  const base::Bytes bytes = recorded(folder + "/manifest.json");
  return nlohmann::json::parse(bytes.begin(), bytes.end());
}

// The file that has this role in `vector`; empty if none has.
inline base::Bytes file_of(const std::string& folder, const nlohmann::json& vector,
                           const std::string& role) {
  const nlohmann::json& files = vector.at("files");
  return files.contains(role) ? recorded(folder + "/" + files.at(role).get<std::string>())
                              : base::Bytes();
}

}  // namespace cocoon::attest
