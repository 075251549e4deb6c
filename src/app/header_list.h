// The headers of one library as the list that the machines read.
#pragma once

#include <string>
#include <vector>

#include "io/http_headers.h"
#include "openai/headers.h"

namespace cocoon::app {

inline std::vector<openai::Header> to_list(const io::HttpHeaders& fields) {
  std::vector<openai::Header> headers;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    headers.push_back({std::string(fields[i].name), std::string(fields[i].value)});
  }
  return headers;
}

}  // namespace cocoon::app
