// Writing JSON strings by hand, for the small outputs of our own.
#pragma once

#include <string>
#include <string_view>

namespace cocoon::openai {

// Appends `text` quoted and escaped. Bytes that aren't UTF-8 become U+FFFD, so the output is always
// valid JSON.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

}  // namespace cocoon::openai
