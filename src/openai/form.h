// Requests whose body is a form (multipart/form-data, RFC 7578), as uploads of audio and images
// are: what the network must know of one, read without changing it.
//
// The parts are bounded in number, their headers in size. A field that is read here and stands
// twice is refused, because the engine might believe the other one. Options for the network can't
// stand in a form, which nothing is cut out of: they come as headers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "openai/headers.h"
#include "openai/request.h"

namespace cocoon::openai {

inline constexpr std::size_t kMaxFormParts = 64;
inline constexpr std::size_t kMaxPartHeaderBytes = 4096;
inline constexpr std::size_t kMaxBoundaryBytes = 70;  // RFC 2046, section 5.1.1

// The boundary that a Content-Type of multipart/form-data names; nothing for any other.
std::optional<std::string> form_boundary(std::string_view content_type);

// Whether this endpoint takes a form and no JSON.
bool takes_form(Endpoint endpoint);

// Reads a POST to `target` in the form that its endpoint takes; `headers` name the body's type.
// Reasons: RequestFault.
base::Result<RequestFacts> inspect_call(std::string_view target, std::span<const Header> headers,
                                        base::BytesView body, const RequestOptions& options = {});

}  // namespace cocoon::openai
